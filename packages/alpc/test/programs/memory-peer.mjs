// A peer that offers memory: prints {pid, address, size, stalledAddress} and lives until its standard input ends. Octet i of the
// memory is i % 251. With "stall", stalledAddress is a page whose first touch blocks (userfaultfd that nobody answers).
import koffi from "koffi";

const library = koffi.load(null);
const mmap = library.func(
  "int64 mmap(void *address, int64 length, int protection, int flags, int fd, int64 offset)",
);
const mprotect = library.func("int mprotect(int64 address, int64 length, int protection)");
const syscall = library.func("int64 syscall(int64 number, int64 flags)");
const ioctl = library.func("int ioctl(int fd, int64 request, void *argument)");

const size = Number(process.argv[2]);
const PROT_READ_WRITE = 3;
const MAP_PRIVATE_ANONYMOUS = 0x22;
const PAGE = 4096;

// A page that nobody may read follows, so that reading past the end fails there.
const pages = Math.ceil(size / PAGE) * PAGE;
const address = mmap(null, pages + PAGE, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
mprotect(address + pages, PAGE, 0);
const bytes = new Uint8Array(koffi.view(BigInt(address), size));
for (let i = 0; i < size; i++) bytes[i] = i % 251;

let stalledAddress = 0;
if (process.argv[3] === "stall") {
  const userfaultfd = syscall(process.arch === "x64" ? 323 : 282, 0o2000000);
  // struct uffdio_api { u64 api = 0xaa, features, ioctls }; struct uffdio_register { u64 start, len, mode, ioctls }.
  const api = Buffer.alloc(24);
  api.writeBigUInt64LE(0xaan, 0);
  stalledAddress = mmap(null, PAGE, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
  const register = Buffer.alloc(32);
  register.writeBigUInt64LE(BigInt(stalledAddress), 0);
  register.writeBigUInt64LE(BigInt(PAGE), 8);
  register.writeBigUInt64LE(1n, 16);
  if (
    userfaultfd < 0 ||
    ioctl(userfaultfd, 0xc018aa3f, api) < 0 ||
    ioctl(userfaultfd, 0xc020aa00, register) < 0
  ) {
    throw new Error(`userfaultfd: errno ${koffi.errno()}`);
  }
}

process.stdout.write(`${JSON.stringify({ pid: process.pid, address, size, stalledAddress })}\n`);
// "?" asks for the sum of the memory, as the peer itself sees it.
process.stdin.on("data", () => process.stdout.write(`${bytes.reduce((sum, octet) => sum + octet, 0)}\n`));
process.stdin.on("end", () => process.exit());
