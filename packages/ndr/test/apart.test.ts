import { describe, expect, test } from "vitest";
import { externalThreshold, NdrError, Reader, Writer } from "../src/index.js";

const pattern = (length: number, seed: number) => new Uint8Array(length).map((_, i) => (i * 3 + seed) & 0xff);

/** Some values around three arrays, of which `sizes` says how long they are. */
function write(w: Writer, sizes: readonly number[]): void {
  w.uint8(1);
  for (const [i, size] of sizes.entries()) {
    w.count(size);
    w.bytes(pattern(size, i));
    w.uint8(i);
  }
  w.uint64(7n);
}

function read(r: Reader, sizes: readonly number[]): Uint8Array[] {
  expect(r.uint8()).toBe(1);
  const arrays = sizes.map((_, i) => {
    const bytes = r.bytes(r.count(1));
    expect(r.uint8()).toBe(i);
    return bytes;
  });
  expect(r.uint64()).toBe(7n);
  expect(r.remaining).toBe(0);
  return arrays;
}

describe("an array that lies apart", () => {
  test.each([
    [[externalThreshold], 0],
    [[5, externalThreshold + 3, 0], 1],
    [[externalThreshold, externalThreshold + 5, externalThreshold + 1], 1],
    [[externalThreshold + 9, externalThreshold, 17], 0],
    [[0, externalThreshold + 1, externalThreshold + 2], 2],
  ])("of arrays of %j octets the largest, with everything behind it aligned as ever", (sizes, largest) => {
    const w = new Writer();
    write(w, sizes);
    const { apart } = w;
    expect(apart?.bytes).toEqual(pattern(sizes[largest] ?? 0, largest));
    const rest = Buffer.alloc(w.length - (apart?.bytes.length ?? 0));
    w.copyRest(rest, 0);
    const whole = Buffer.alloc(w.length);
    w.copyTo(whole, 0);
    const offset = apart?.offset ?? 0;
    expect(Buffer.concat([rest.subarray(0, offset), apart?.bytes ?? rest, rest.subarray(offset)])).toEqual(
      whole,
    );
    const r = new Reader();
    r.attach(rest, 0, rest.length, { apart });
    expect(r.remaining).toBe(whole.length);
    const arrays = read(r, sizes);
    expect(arrays.map((bytes) => Buffer.from(bytes))).toEqual(
      sizes.map((size, i) => Buffer.from(pattern(size, i))),
    );
    expect(arrays[largest]).toBe(apart?.bytes);
    expect(r.offset).toBe(whole.length);
  });

  test("is none where nothing is large", () => {
    const w = new Writer();
    write(w, [1, 2, 3]);
    expect(w.apart).toBeNull();
  });

  test.each([
    ["another length", 5, 9, 10],
    ["another place", 4, 9, 9],
    ["a place behind the end", 100, 9, 9],
  ])("that has %s than its counts say is not taken for it", (_, offset, length, count) => {
    const rest = Buffer.alloc(4);
    rest.writeUInt32LE(count, 0);
    const r = new Reader();
    r.attach(rest, 0, 4, { apart: { bytes: new Uint8Array(length), offset: offset === 5 ? 4 : offset + 1 } });
    expect(() => r.bytes(r.count(1))).toThrow(NdrError);
  });

  test("belongs to one message alone", () => {
    const r = new Reader();
    const rest = Buffer.from([3, 0, 0, 0]);
    const bytes = new Uint8Array(3);
    r.attach(rest, 0, 4, { apart: { bytes, offset: 4 } });
    expect(r.bytes(r.count(1))).toBe(bytes);
    r.attach(rest, 0, 4);
    expect(() => r.count(1)).toThrow(NdrError);
  });
});
