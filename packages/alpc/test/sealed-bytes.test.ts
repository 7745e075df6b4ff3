import { spawnSync } from "node:child_process";
import { fstatSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { beforeEach, describe, expect, test } from "vitest";
import { C, Errno, loadLibC } from "../src/linux/libc.js";
import { sealedMemoryOf } from "../src/linux/seal-memory.js";
import { SealedMemory } from "../src/linux/sealed-memory.js";
import { createMemoryFile } from "../src/linux/section.js";
import { releaseBytes } from "../src/octet-memory.js";
import { createSealedBytes, sealBytes } from "../src/sealed-bytes.js";
import { collectUntil } from "./collect-garbage.js";
import { descriptorsClosed } from "./descriptors.js";

const KiB = 1024;
const libc = loadLibC();
const FIXED_SIZE = C.F_SEAL_SEAL | C.F_SEAL_SHRINK | C.F_SEAL_GROW;
const sample = (size: number) => new Uint8Array(size).map((_, i) => (i * 7) % 251);

/** Mappings of memory files of ours, those that can be written to by sharing counted apart, and descriptors. */
function holdings() {
  const lines = readFileSync("/proc/self/maps", "latin1").split("\n");
  const mappings = lines.filter((line) => line.includes("ncalrpc-section"));
  return {
    mappings: mappings.length,
    writable: mappings.filter((line) => line.includes(" rw-s ")).length,
    descriptors: readdirSync("/proc/self/fd").length,
  };
}

const memoryOf = (bytes: Uint8Array) => {
  const memory = sealedMemoryOf(bytes);
  if (memory === null) throw new Error("not sealed");
  return memory;
};

// What the test before has left to the collector must not go while the next one counts.
beforeEach(async () => {
  expect(await collectUntil(() => holdings().mappings === 0)).toBe(true);
});

describe("sealed bytes", () => {
  test.each([0, 1, 4096, 100 * KiB + 3])("of %i octets look like any others", (size) => {
    const bytes = sealBytes(sample(size));
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
    expect(bytes).toEqual(sample(size));
    releaseBytes(bytes);
    expect(bytes.length).toBe(0);
  });

  test("are written in place, by someone who cannot go on doing so", async () => {
    const before = holdings();
    let target: Uint8Array = new Uint8Array(0);
    const bytes = await createSealedBytes(64 * KiB, async (memory) => {
      expect(memory.every((octet) => octet === 0)).toBe(true);
      expect(holdings().writable).toBe(before.writable + 1);
      target = memory;
      await Promise.resolve();
      memory.set(sample(64 * KiB));
    });
    expect(target.length).toBe(0);
    expect(holdings().writable).toBe(before.writable);
    expect(bytes).toEqual(sample(64 * KiB));
    releaseBytes(bytes);
    expect(holdings()).toEqual(before);
  });

  test("are not made if whoever writes them fails", async () => {
    const before = holdings();
    const failing = createSealedBytes(64 * KiB, () => {
      throw new Error("no data");
    });
    await expect(failing).rejects.toThrow("no data");
    expect(await collectUntil(() => holdings().mappings === before.mappings)).toBe(true);
    expect(holdings()).toEqual(before);
  });

  test("cannot be changed by anyone who has the descriptor", () => {
    const bytes = sealBytes(sample(64 * KiB));
    const fd = memoryOf(bytes).duplicate();
    expect(() => writeSync(fd, Buffer.from([1]), 0, 1, 0)).toThrow(
      expect.objectContaining({ code: "EPERM" }),
    );
    expect(libc.ftruncate(fd, 0)).toBe(-1);
    expect(libc.errno()).toBe(Errno.EPERM);
    expect(libc.mmap(null, 4096, C.PROT_READ | C.PROT_WRITE, C.MAP_SHARED, fd, 0)).toBe(C.MAP_FAILED);
    expect(libc.errno()).toBe(Errno.EPERM);
    expect(libc.fcntl(fd, C.F_ADD_SEALS, C.F_SEAL_FUTURE_WRITE)).toBe(-1);
    expect(libc.fcntl(fd, C.F_GET_SEALS, 0) & C.F_SEAL_WRITE).toBe(C.F_SEAL_WRITE);
    expect(fstatSync(fd).mode & 0o777).toBe(0o400);
    libc.close(fd);
    expect(bytes).toEqual(sample(64 * KiB));
    releaseBytes(bytes);
  });

  test.each([0, 1000])("cannot be changed by another process of uid %i", (uid) => {
    const bytes = sealBytes(sample(64 * KiB));
    const fd = memoryOf(bytes).duplicate();
    const program = new URL("./programs/section-intruder.mjs", import.meta.url).pathname;
    const { stdout, stderr } = spawnSync(process.execPath, [program, String(uid), String(64 * KiB)], {
      stdio: ["ignore", "pipe", "pipe", fd],
      encoding: "utf8",
    });
    libc.close(fd);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toMatchObject({ shrink: "EPERM", write: "EPERM", punchHole: "EPERM" });
    expect(bytes).toEqual(sample(64 * KiB));
    releaseBytes(bytes);
  });

  test("keep what is written to them to the one who writes", () => {
    const bytes = sealBytes(sample(64 * KiB));
    const memory = memoryOf(bytes);
    const other = memory.map();
    bytes.fill(1);
    other.fill(2);
    const copy = new Uint8Array(64 * KiB);
    memory.copyTo(copy, 0);
    expect(copy).toEqual(sample(64 * KiB));
    expect([bytes[5], other[5]]).toEqual([1, 2]);
    expect(memory.map()).toEqual(sample(64 * KiB));
    releaseBytes(bytes);
  });

  test("cannot be taken away from whoever holds them", () => {
    const bytes = sealBytes(sample(64 * KiB));
    let controller: ReadableByteStreamController | undefined;
    new ReadableStream({
      type: "bytes",
      start: (own) => {
        controller = own;
      },
    });
    expect(() => controller?.enqueue(bytes)).toThrow(/could not be transferred/);
    expect(structuredClone(bytes)).toEqual(sample(64 * KiB));
    expect(bytes).toEqual(sample(64 * KiB));
    releaseBytes(bytes);
  });

  test("outlive their memory's owner, and go when nothing reaches them", async () => {
    const before = holdings();
    const held: { view: Uint8Array | null; part: Uint8Array | null } = { view: null, part: null };
    (() => {
      const bytes = sealBytes(sample(64 * KiB));
      const memory = memoryOf(bytes);
      held.view = memory.map();
      held.part = memory.map().subarray(100, 200);
      memory.close();
      memory.close();
      expect(() => memory.duplicate()).toThrow();
    })();
    expect(await collectUntil(() => holdings().mappings === before.mappings + 2)).toBe(true);
    expect(held.view).toEqual(sample(64 * KiB));
    expect(held.part).toEqual(sample(64 * KiB).subarray(100, 200));
    held.view = null;
    expect(await collectUntil(() => holdings().mappings === before.mappings + 1)).toBe(true);
    expect(held.part?.[0]).toBe(700 % 251);
    held.part = null;
    expect(await collectUntil(() => holdings().mappings === before.mappings)).toBe(true);
    expect(holdings()).toEqual(before);
  });

  test("leave nothing behind, a thousand times over", async () => {
    const before = holdings();
    const seal = (i: number) => {
      const bytes = sealBytes(sample(100));
      if (i % 2 === 0) releaseBytes(bytes);
    };
    for (let i = 0; i < 1000; i++) seal(i);
    await collectUntil(() => holdings().mappings === before.mappings);
    expect(holdings()).toEqual(before);
  });
});

describe("received memory", () => {
  const receive = (seals: number, size = 64 * KiB, announced = size) => {
    const fd = createMemoryFile(libc);
    libc.ftruncate(fd, size);
    if (seals !== 0) libc.fcntl(fd, C.F_ADD_SEALS, seals);
    return () => SealedMemory.receive(libc, fd, announced);
  };
  const refused = expect.objectContaining({ status: "INVALID_MESSAGE" });

  test.each([
    ["nothing", 0],
    ["its size alone", FIXED_SIZE],
    ["all but the mappings that exist", FIXED_SIZE | C.F_SEAL_FUTURE_WRITE],
    ["writing alone", C.F_SEAL_WRITE | C.F_SEAL_SEAL],
    ["nothing for good", FIXED_SIZE & ~C.F_SEAL_SEAL],
  ])("that seals %s is refused and its descriptor closed", async (_, seals) => {
    await descriptorsClosed();
    const before = holdings();
    expect(receive(seals)).toThrow(refused);
    await descriptorsClosed();
    expect(holdings()).toEqual(before);
  });

  test("of another size, and what is no memory file, is refused", async () => {
    await descriptorsClosed();
    const before = holdings();
    expect(receive(FIXED_SIZE | C.F_SEAL_WRITE, 4096, 8192)).toThrow("has 4096 octets, announced were 8192");
    const directory = libc.fcntl(1, C.F_DUPFD_CLOEXEC, 0);
    expect(() => SealedMemory.receive(libc, directory, 1)).toThrow("not a memory file");
    await descriptorsClosed();
    expect(holdings()).toEqual(before);
  });

  test("cannot be sealed by someone who still maps it for writing", () => {
    const fd = createMemoryFile(libc);
    libc.ftruncate(fd, 4096);
    const address = libc.mmap(null, 4096, C.PROT_READ | C.PROT_WRITE, C.MAP_SHARED, fd, 0);
    expect(libc.fcntl(fd, C.F_ADD_SEALS, C.F_SEAL_WRITE)).toBe(-1);
    expect(libc.errno()).toBe(Errno.EBUSY);
    libc.munmap(address, 4096);
    libc.close(fd);
  });
});
