// Tries everything that a hostile receiver could do to the section at descriptor 3, as uid argv[2] if it may choose; prints what the system answered.
import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import koffi from "koffi";

const library = koffi.load(null);
const fallocate = library.func("int fallocate(int fd, int mode, int64 offset, int64 length)");
const mmap = library.func(
  "int64 mmap(void *address, int64 length, int protection, int flags, int fd, int64 offset)",
);
const fcntl = library.func("int fcntl(int fd, int command, int argument)");
const fchmod = library.func("int fchmod(int fd, int mode)");
const names = Object.fromEntries(Object.entries(koffi.os.errno).map(([name, value]) => [value, name]));

const size = Number(process.argv[3]);
if (process.getuid() === 0) {
  process.setgroups([]);
  process.setgid(Number(process.argv[2]));
  process.setuid(Number(process.argv[2]));
}

function attempt(work) {
  try {
    return work() === -1 ? names[koffi.errno()] : "done";
  } catch (error) {
    return error.code;
  }
}

const reopen = (mode) => () => closeSync(openSync("/proc/self/fd/3", mode));
const PUNCH_HOLE_KEEP_SIZE = 3;
const F_ADD_SEALS = 1033;
const results = {
  shrink: attempt(() => ftruncateSync(3, 0)),
  grow: attempt(() => ftruncateSync(3, size + 4096)),
  allocateBeyond: attempt(() => fallocate(3, 0, size, 4096)),
  write: attempt(() => void writeSync(3, "x", 0)),
  punchHole: attempt(() => fallocate(3, PUNCH_HOLE_KEEP_SIZE, 0, 4096)),
  mapWritable: attempt(() => mmap(null, size, 3, 1, 3, 0)),
  seal: attempt(() => fcntl(3, F_ADD_SEALS, 8)),
  changeMode: attempt(() => fchmod(3, 0o777)),
  reopenForWriting: attempt(reopen("r+")),
  reopenForReading: attempt(reopen("r")),
};
process.stdout.write(JSON.stringify(results));
