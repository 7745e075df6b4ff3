import { existsSync, readFileSync } from "node:fs";
import { beforeEach, describe, expect, test } from "vitest";
import { addressOf } from "../src/linux/libc.js";
import { prepareOctets, releaseBytes, takeOctets } from "../src/octet-memory.js";

const KiB = 1024;
const MiB = 1024 * KiB;

/** What tells memory apart that moves from buffer to buffer: what was written to it. */
const mark = (bytes: Uint8Array, value: number) => bytes.fill(value);
const markOf = (bytes: Uint8Array) => bytes[bytes.length >> 1];

/** Whether the middle of an array lies in memory for which MADV_HUGEPAGE was given (proc(5), smaps: VmFlags "hg"). */
function isAdvised(bytes: Uint8Array): boolean {
  const address = addressOf(bytes) + (bytes.length >> 1);
  for (const entry of readFileSync("/proc/self/smaps", "utf8").split(/\n(?=[0-9a-f]+-[0-9a-f]+ )/)) {
    const [, from = "", to = ""] = /^([0-9a-f]+)-([0-9a-f]+) /.exec(entry) ?? [];
    if (Number.parseInt(from, 16) <= address && address < Number.parseInt(to, 16))
      return / hg( |$)/m.test(/^VmFlags:.*$/m.exec(entry)?.[0] ?? "");
  }
  throw new Error("the array lies in no mapping");
}

describe("memory for octets", () => {
  beforeEach(() => {
    // Whatever others have left.
    for (const size of [128 * KiB, MiB, 2 * MiB, 64 * MiB]) takeOctets(size);
  });

  test.each([0, 1, 127 * KiB, 128 * KiB, MiB + 1, 5 * MiB])("has %i octets, one's own", (size) => {
    const [a, b] = [takeOctets(size), takeOctets(size)];
    prepareOctets(a);
    mark(a, 1);
    mark(b, 2);
    expect([a.length, b.length]).toEqual([size, size]);
    if (size > 0) expect([markOf(a), markOf(b)]).toEqual([1, 2]);
  });

  test.runIf(process.platform === "linux")(
    "is of huge pages where it is large and the system has them",
    () => {
      const hasHugePages = existsSync("/sys/kernel/mm/transparent_hugepage");
      expect(isAdvised(takeOctets(8 * MiB))).toBe(hasHugePages);
      expect(isAdvised(takeOctets(512 * KiB))).toBe(false);
    },
  );

  test("is used again once it was given back, and only then", () => {
    const first = mark(takeOctets(3 * MiB), 41);
    const part = first.subarray(10);
    expect(markOf(takeOctets(3 * MiB))).not.toBe(41);
    releaseBytes(first);
    expect([first.length, part.length, first.buffer.byteLength]).toEqual([0, 0, 0]);
    const again = takeOctets(3 * MiB - 5);
    expect(markOf(again)).toBe(41);
    releaseBytes(first);
    releaseBytes(part);
    expect(markOf(takeOctets(3 * MiB))).not.toBe(41);
    expect(again.length).toBe(3 * MiB - 5);
  });

  test("comes back through any array over it", () => {
    const octets = mark(takeOctets(3 * MiB), 42);
    releaseBytes(new Uint8Array(octets.buffer, 100, 5));
    expect(octets.length).toBe(0);
    expect(markOf(takeOctets(3 * MiB))).toBe(42);
  });

  test("is not taken from whom it was transferred to", async () => {
    const octets = mark(takeOctets(3 * MiB), 43);
    const stream = new ReadableStream({
      type: "bytes",
      start(controller) {
        controller.enqueue(new Uint8Array(octets.buffer, 0, 3 * MiB));
        controller.close();
      },
    });
    const { value } = await stream.getReader().read();
    expect(octets.length).toBe(0);
    releaseBytes(octets);
    mark(takeOctets(3 * MiB), 44);
    expect(value instanceof Uint8Array && markOf(value)).toBe(43);
  });

  test("that came from elsewhere is left alone", () => {
    for (const bytes of [
      new Uint8Array(3 * MiB),
      Buffer.alloc(10),
      new Uint8Array(new SharedArrayBuffer(3 * MiB)),
    ]) {
      const { length } = bytes;
      releaseBytes(bytes);
      expect(bytes.length).toBe(length);
    }
  });

  test("is not kept without limit", () => {
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 8; i++) {
      const all = Array.from({ length: 6 }, () => takeOctets(64 * MiB));
      for (const octets of all) releaseBytes(octets);
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(600 * MiB);
  });
});
