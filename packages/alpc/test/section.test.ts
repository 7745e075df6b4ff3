import { spawnSync } from "node:child_process";
import {
  closeSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { C, Errno, type LibC, loadLibC } from "../src/linux/libc.js";
import type { MemoryMode } from "../src/linux/mapped-memory.js";
import { checkSection, makeSection, openSection, type SectionKind } from "../src/linux/section.js";
import { descriptorsClosed } from "./descriptors.js";

const libc = loadLibC();
const SIZE = 65_536;
const isRoot = process.getuid?.() === 0;

/** Descriptors that are open in this process, to find what a failure leaks. */
const openDescriptors = () => readdirSync("/proc/self/fd").length;
const mappings = () =>
  readFileSync("/proc/self/maps", "latin1")
    .split("\n")
    .filter((line) => line.includes("ncalrpc-section")).length;

describe.each<MemoryMode>(["mapped", "copied"])("%s", (mode) => {
  test.each<SectionKind>(["request", "reply"])("a %s section goes from server to client", (kind) => {
    const before = openDescriptors();
    const server = makeSection(libc, SIZE, kind, mode);
    const client = openSection(libc, server.takeDescriptor(), SIZE, kind, mode);
    const [from, to] = kind === "request" ? [client, server] : [server, client];
    expect(() => server.takeDescriptor()).toThrow("has been taken");
    const written = from.memory.lend(SIZE);
    expect(written.bytes.every((octet) => octet === 0)).toBe(true);
    written.bytes.fill(0xa5);
    written.publish();
    written.detach();
    expect(to.memory.lend(SIZE).bytes.every((octet) => octet === 0xa5)).toBe(true);
    server.close();
    client.close();
    client.close();
    expect(openDescriptors()).toBe(before);
    expect(mappings()).toBe(0);
  });
});

test.each(["ftruncate", "fchmod", "mmap", "fcntl", "memfd_create"] as const)(
  "when %s fails, making a section leaves nothing behind",
  (name) => {
    const before = openDescriptors();
    const failing: LibC = { ...libc, [name]: () => -1, errno: () => Errno.ENOMEM };
    const make = () => makeSection(failing, SIZE, "reply", "mapped");
    expect(make).toThrow(expect.objectContaining({ status: "INSUFFICIENT_RESOURCES", errno: "ENOMEM" }));
    expect(openDescriptors()).toBe(before);
    expect(mappings()).toBe(0);
  },
);

test("kernels without MFD_NOEXEC_SEAL make sections too", () => {
  let refused = 0;
  const older: LibC = {
    ...libc,
    memfd_create: (name, flags) => {
      if ((flags & C.MFD_NOEXEC_SEAL) === 0) return libc.memfd_create(name, flags);
      refused++;
      return -1;
    },
    errno: () => Errno.EINVAL,
  };
  using section = makeSection(older, SIZE, "request", "mapped");
  const fd = section.takeDescriptor();
  checkSection(libc, fd, SIZE);
  closeSync(fd);
  expect(refused).toBe(1);
});

describe("what a receiver of another uid can do to a section", () => {
  const intrude = (kind: SectionKind): Record<string, string> => {
    using section = makeSection(libc, SIZE, kind, "mapped");
    const fd = section.takeDescriptor();
    const program = fileURLToPath(new URL("programs/section-intruder.mjs", import.meta.url));
    const child = spawnSync(
      process.execPath,
      [program, isRoot ? "1000" : String(process.getuid?.()), String(SIZE)],
      {
        stdio: ["ignore", "pipe", "inherit", fd],
        encoding: "utf8",
      },
    );
    closeSync(fd);
    const window = section.memory.lend(SIZE);
    expect(window.bytes.length).toBe(SIZE);
    return JSON.parse(child.stdout);
  };
  const never = { shrink: "EPERM", grow: "EPERM", allocateBeyond: "EPERM", seal: "EPERM" };
  // Without root's rights the receiver is of our own uid, which may do all of this, and gains nothing by it.
  const asOther = isRoot
    ? { changeMode: "EPERM", reopenForWriting: "EACCES", reopenForReading: "EACCES" }
    : { changeMode: "done", reopenForWriting: "done", reopenForReading: "done" };

  test("a reply section: nothing but look", () => {
    const refused = { write: "EPERM", punchHole: "EPERM", mapWritable: "EPERM" };
    expect(intrude("reply")).toEqual({ ...never, ...asOther, ...refused });
  });

  test("a request section: write into it, its size stays", () => {
    const allowed = { write: "done", punchHole: "done", mapWritable: "done" };
    expect(intrude("request")).toEqual({ ...never, ...asOther, ...allowed });
  });
});

describe("a client refuses a section that could fault under it", () => {
  const ALL = C.F_SEAL_SHRINK | C.F_SEAL_GROW | C.F_SEAL_SEAL;
  const MFD_HUGETLB = 4;
  let directory = "";
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "ncalrpc-section-"));
    await descriptorsClosed();
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  const file = (path: string) => {
    writeFileSync(path, Buffer.alloc(SIZE));
    const fd = openSync(path, "r+");
    rmSync(path);
    return fd;
  };
  const memory = (seals: number, flags: number = C.MFD_ALLOW_SEALING) => {
    const fd = libc.memfd_create("test", C.MFD_CLOEXEC | flags);
    libc.ftruncate(fd, (flags & MFD_HUGETLB) !== 0 ? 2 * 1024 * 1024 : SIZE);
    if (seals !== 0) libc.fcntl(fd, C.F_ADD_SEALS, seals);
    return fd;
  };

  test.each<[string, () => number, RegExp]>([
    ["an ordinary file", () => file(join(directory, "ordinary")), /not a memory file/],
    ["a file in /dev/shm", () => file("/dev/shm/ncalrpc-section-test"), /seal|memory file/],
    ["a device", () => openSync("/dev/zero", "r+"), /not a memory file/],
    ["a directory", () => openSync("/", "r"), /not a memory file/],
    ["memory without seals", () => memory(0), /not sealed/],
    ["memory that cannot be sealed", () => memory(0, 0), /not sealed/],
    ["memory that can shrink", () => memory(C.F_SEAL_GROW | C.F_SEAL_SEAL), /not sealed/],
    ["memory that can grow", () => memory(C.F_SEAL_SHRINK | C.F_SEAL_SEAL), /not sealed/],
    ["memory that takes more seals", () => memory(C.F_SEAL_SHRINK | C.F_SEAL_GROW), /not sealed/],
    ["huge pages", () => memory(ALL, C.MFD_ALLOW_SEALING | MFD_HUGETLB), /octets|ordinary memory/],
    ["an invalid descriptor", () => 9_999, /not a memory file/],
  ])("%s", async (_what, open, message) => {
    const before = openDescriptors();
    const attempt = () => openSection(libc, open(), SIZE, "request", "mapped");
    expect(attempt).toThrow(
      expect.objectContaining({ status: "INVALID_MESSAGE", message: expect.stringMatching(message) }),
    );
    await descriptorsClosed();
    expect(openDescriptors()).toBe(before);
    expect(mappings()).toBe(0);
  });

  test("huge pages of the announced size", () => {
    const fd = memory(ALL, C.MFD_ALLOW_SEALING | MFD_HUGETLB);
    const size = fstatSync(fd).size;
    expect(() => openSection(libc, fd, size, "request", "mapped")).toThrow(/ordinary memory/);
  });

  test.each([0, SIZE - 1, SIZE + 1, 2 * SIZE])("another size than announced (%i)", (announced) => {
    const fd = memory(ALL);
    expect(() => checkSection(libc, fd, announced)).toThrow(
      `the section has ${SIZE} octets, announced were ${announced}`,
    );
    checkSection(libc, fd, SIZE);
    closeSync(fd);
  });
});
