import { describe, expect, it } from "vitest";
import { AllocationCounter, allocatedBetween } from "../src/harness/allocation-counter.js";
import { parseKernelMemory } from "../src/harness/kernel-memory.js";
import { parseFigures } from "../src/harness/native-programs.js";
import { samplePayload } from "../src/sample-payload.js";
import { framedLength } from "../src/systems/capnp-transport.js";

describe("allocations", () => {
  it("are the growth between collections", () => {
    expect(allocatedBetween(100, [], 150)).toBe(50);
    const collections = [
      { before: 300, after: 120 },
      { before: 320, after: 90 },
    ];
    expect(allocatedBetween(100, collections, 100)).toBe(200 + 200 + 10);
  });

  it("are never negative where something was freed without a collection", () => {
    expect(allocatedBetween(100, [{ before: 80, after: 50 }], 40)).toBe(0);
  });

  it("of this thread are counted, whatever is collected meanwhile", () => {
    const count = 2_000;
    const octets = 16_384;
    const counter = new AllocationCounter();
    let kept = new Uint8Array();
    for (let i = 0; i < count; i++) {
      kept = new Uint8Array(octets);
    }
    const allocated = counter.end();
    expect(kept).toHaveLength(octets);
    expect(allocated).toBeGreaterThan(0.8 * count * octets);
    expect(allocated).toBeLessThan(1.5 * count * octets);
  });
});

describe("parseKernelMemory", () => {
  it("adds up what the kernel keeps", () => {
    const meminfo =
      "MemTotal: 100 kB\nShmem:      3 kB\nSlab:     2 kB\nSReclaimable: 9 kB\nHugePages_Total: 4\n";
    expect(parseKernelMemory(meminfo)).toBe(5 * 1_024);
  });
});

describe("parseFigures", () => {
  it("takes an object of numbers", () => {
    expect(parseFigures('{"mean":1.5,"p50":2}\n')).toEqual({ mean: 1.5, p50: 2 });
  });

  it.each([["[]"], ["{}"], ['{"mean":"fast"}'], ["null"]])("refuses %s", (text) => {
    expect(() => parseFigures(text)).toThrow(TypeError);
  });
});

describe("samplePayload", () => {
  it("has its size, and repeats itself after a MiB only", () => {
    const mebibyte = 1_024 * 1_024;
    const payload = samplePayload(2.5 * mebibyte);
    expect(payload).toHaveLength(2.5 * mebibyte);
    expect(Buffer.compare(payload.subarray(2 * mebibyte), payload.subarray(0, mebibyte / 2))).toBe(0);
    expect(new Set(payload.subarray(0, 10_000)).size).toBe(256);
    expect(samplePayload(64)).toEqual(payload.slice(0, 64));
  });
});

describe("framedLength of Cap'n Proto's streams", () => {
  const words = (...values: number[]) => {
    const octets = Buffer.alloc(values.length * 4);
    for (const [index, value] of values.entries()) {
      octets.writeUInt32LE(value, index * 4);
    }
    return octets;
  };

  it("counts the table of segments, padded to words, and the segments", () => {
    expect(framedLength(words(0, 3))).toBe(8 + 24);
    expect(framedLength(words(1, 3, 1, 0))).toBe(16 + 32);
    expect(framedLength(words(2, 1, 1, 1))).toBe(16 + 24);
  });

  it("waits for the whole table", () => {
    expect(framedLength(Buffer.alloc(3))).toBeNull();
    expect(framedLength(words(1, 3, 1))).toBeNull();
  });
});
