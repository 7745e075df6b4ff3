import { describe, expect, test } from "vitest";
import { externalThreshold, isNdrError, Reader, Writer } from "../src/index.js";
import { random } from "./random.js";

/** `length` octets that tell their position. */
function pattern(length: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8) + seed) & 0xff);
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isNdrError(error)) return error.code;
    throw error;
  }
  return "accepted";
}

describe("typed arrays", () => {
  const next = random(7);
  const bits = Uint8Array.from({ length: 8 * 600 }, () => next(256)).buffer;

  for (const length of [0, 1, 3, 5, 33, 600]) {
    for (const lead of [0, 1, 3]) {
      test(`${length} elements after ${lead} octets keep every bit`, () => {
        for (const headroom of [0, 1, 5]) {
          const w = new Writer({ headroom, capacity: 16 });
          for (let i = 0; i < lead; i++) w.uint8(1);
          // Views that do not begin where their buffer does.
          w.int8Array(new Int8Array(bits, 1, length && length - 1));
          w.int16Array(new Int16Array(bits, 2, length && length - 1));
          w.uint16Array(new Uint16Array(bits, 2, length && length - 1));
          w.uint8(1);
          w.int32Array(new Int32Array(bits, 4, length && length - 1));
          w.uint32Array(new Uint32Array(bits, 0, length));
          w.float32Array(new Float32Array(bits, 0, length));
          w.uint8(1);
          w.float64Array(new Float64Array(bits, 0, length));
          w.bigInt64Array(new BigInt64Array(bits, 0, length));
          w.uint8(1);
          w.bigUint64Array(new BigUint64Array(bits, 8, length && length - 1));
          w.bytes(new Uint8Array(bits, 0, length));

          const r = new Reader();
          r.attach(w.buffer, headroom, w.length);
          const fewer = length && length - 1;
          const octets = (v: ArrayBufferView): Buffer => Buffer.from(v.buffer, v.byteOffset, v.byteLength);
          const source = (from: number, size: number): Buffer => Buffer.from(bits, from, size);
          for (let i = 0; i < lead; i++) r.uint8();
          expect(octets(r.int8Array(fewer))).toEqual(source(1, fewer));
          expect(octets(r.int16Array(fewer))).toEqual(source(2, 2 * fewer));
          expect(octets(r.uint16Array(fewer))).toEqual(source(2, 2 * fewer));
          expect(r.uint8()).toBe(1);
          expect(octets(r.int32Array(fewer))).toEqual(source(4, 4 * fewer));
          expect(octets(r.uint32Array(length))).toEqual(source(0, 4 * length));
          expect(octets(r.float32Array(length))).toEqual(source(0, 4 * length));
          expect(r.uint8()).toBe(1);
          expect(octets(r.float64Array(length))).toEqual(source(0, 8 * length));
          expect(octets(r.bigInt64Array(length))).toEqual(source(0, 8 * length));
          expect(r.uint8()).toBe(1);
          expect(octets(r.bigUint64Array(fewer))).toEqual(source(8, 8 * fewer));
          expect(octets(r.bytes(length))).toEqual(source(0, length));
          expect(r.remaining).toBe(0);
        }
      });
    }
  }

  test("no elements need no alignment", () => {
    const w = new Writer();
    w.uint8(1);
    w.float64Array(new Float64Array(0));
    w.uint8(2);
    expect(w.buffer.toString("hex")).toBe("0102");
  });

  test("an array of another kind is refused", () => {
    const w = new Writer();
    const other = new Uint8ClampedArray(4) as unknown;
    expect(codeOf(() => w.bytes(other as Uint8Array))).toBe("value_out_of_range");
    expect(codeOf(() => w.bytes(new Uint16Array(4) as unknown as Uint8Array))).toBe("value_out_of_range");
    expect(codeOf(() => w.int8Array(other as Int8Array))).toBe("value_out_of_range");
    expect(codeOf(() => w.int16Array(other as Int16Array))).toBe("value_out_of_range");
    expect(codeOf(() => w.uint16Array(other as Uint16Array))).toBe("value_out_of_range");
    expect(codeOf(() => w.int32Array(other as Int32Array))).toBe("value_out_of_range");
    expect(codeOf(() => w.uint32Array(other as Uint32Array))).toBe("value_out_of_range");
    expect(codeOf(() => w.float32Array(other as Float32Array))).toBe("value_out_of_range");
    expect(codeOf(() => w.float64Array(other as Float64Array))).toBe("value_out_of_range");
    expect(codeOf(() => w.bigInt64Array(other as BigInt64Array))).toBe("value_out_of_range");
    expect(codeOf(() => w.bigUint64Array(other as BigUint64Array))).toBe("value_out_of_range");
    expect(w.length).toBe(0);
  });

  test("a copy is whole and its own, at every size", () => {
    const buffer = Buffer.from(pattern(20_000));
    const r = new Reader();
    for (const count of [0, 1, 31, 32, 33, 4095, 4096, 19_999]) {
      r.attach(buffer, 1, 19_999);
      const copy = r.bytes(count);
      expect(copy.constructor).toBe(Uint8Array);
      expect(copy.buffer.byteLength).toBe(count);
      expect(Buffer.compare(copy, buffer.subarray(1, 1 + count))).toBe(0);
    }
  });
});

describe("external chunks", () => {
  const big = pattern(externalThreshold + 3);
  const bigger = pattern(3 * externalThreshold + 1, 5);

  /** A message with chunks at its start, in the middle after odd lengths, next to each other, and at its end. */
  function writeMessage(w: Writer): void {
    w.bytes(big);
    w.uint8(0xaa);
    w.float64(1.5);
    w.bytes(bigger);
    w.int64(-2n);
    w.bytes(big);
    w.bytes(bigger);
    w.uint32(7);
    w.bytes(bigger);
  }

  function checkMessage(octets: Buffer, start: number, length: number): void {
    const r = new Reader();
    r.attach(octets, start, length, { owned: true });
    expect(Buffer.compare(r.bytes(big.length), big)).toBe(0);
    expect(r.uint8()).toBe(0xaa);
    expect(r.float64()).toBe(1.5);
    expect(r.offset % 8).toBe(0);
    expect(Buffer.compare(r.bytes(bigger.length), bigger)).toBe(0);
    expect(r.int64()).toBe(-2n);
    expect(Buffer.compare(r.bytes(big.length), big)).toBe(0);
    expect(Buffer.compare(r.bytes(bigger.length), bigger)).toBe(0);
    expect(r.uint32()).toBe(7);
    expect(Buffer.compare(r.bytes(bigger.length), bigger)).toBe(0);
    expect(r.remaining).toBe(0);
  }

  test("are not copied, count in the length, and come out in place", () => {
    for (const headroom of [0, 3, 0x68]) {
      const w = new Writer({ headroom });
      w.storage.fill(0x55, 0, headroom);
      writeMessage(w);
      expect(w.isContiguous).toBe(false);
      expect(w.buffer.length).toBeLessThan(headroom + 64);
      const { length } = w;

      const target = Buffer.alloc(length + 7, 0xee);
      w.copyTo(target, 5);
      checkMessage(target, 5, length);
      expect([...target.subarray(0, 5), ...target.subarray(5 + length)]).toEqual(new Array(7).fill(0xee));

      w.flatten();
      expect(w.isContiguous).toBe(true);
      expect(w.length).toBe(length);
      expect(w.buffer.length).toBe(headroom + length);
      expect(w.buffer.subarray(0, headroom)).toEqual(Buffer.alloc(headroom, 0x55));
      checkMessage(w.buffer, headroom, length);
      const flat = Buffer.alloc(length);
      w.copyTo(flat, 0);
      expect(Buffer.compare(flat, w.buffer.subarray(headroom))).toBe(0);
      w.flatten();
      w.uint8(9);
      expect(w.length).toBe(length + 1);
    }
  });

  test("padding after them is zero and relative to the stub", () => {
    const w = new Writer({ headroom: 1 });
    w.bytes(big);
    w.uint64(1n);
    const target = Buffer.alloc(w.length, 0xee);
    w.copyTo(target, 0);
    expect(w.length).toBe(Math.ceil(big.length / 8) * 8 + 8);
    expect(target.subarray(big.length).toString("hex")).toBe(`${"00".repeat(5)}0100000000000000`);
  });

  test("are references from the threshold on, and gone after reset", () => {
    const w = new Writer();
    const below = pattern(externalThreshold - 1);
    w.bytes(below);
    expect(w.isContiguous).toBe(true);
    below.fill(0);
    expect(w.buffer[1]).toBe(7);
    w.reset();
    w.bytes(pattern(externalThreshold));
    expect(w.isContiguous).toBe(false);
    w.reset();
    expect([w.isContiguous, w.length]).toEqual([true, 0]);
    w.uint8(3);
    const target = Buffer.alloc(1);
    w.copyTo(target, 0);
    expect(target[0]).toBe(3);
    w.bytes(big);
    const whole = Buffer.alloc(1 + big.length);
    w.copyTo(whole, 0);
    expect(Buffer.compare(whole.subarray(1), big)).toBe(0);
  });

  test("need room where they are copied to", () => {
    const w = new Writer();
    writeMessage(w);
    expect(codeOf(() => w.copyTo(Buffer.alloc(w.length - 1), 0))).toBe("limit_exceeded");
    expect(codeOf(() => w.copyTo(Buffer.alloc(w.length), 1))).toBe("limit_exceeded");
    expect(codeOf(() => w.copyTo(Buffer.alloc(w.length), -1))).toBe("limit_exceeded");
    expect(codeOf(() => w.copyTo(Buffer.alloc(w.length), Number.NaN))).toBe("limit_exceeded");
  });
});

describe("the length of a message", () => {
  test("is bounded to the octet", () => {
    const w = new Writer({ capacity: 16, headroom: 9, maxLength: 100 });
    for (let i = 0; i < 25; i++) w.uint32(i);
    expect(codeOf(() => w.uint8(1))).toBe("limit_exceeded");
    expect(codeOf(() => w.bytes(new Uint8Array(1)))).toBe("limit_exceeded");
    expect(codeOf(() => w.string(""))).toBe("limit_exceeded");
    w.bytes(new Uint8Array(0));
    expect(w.length).toBe(100);
    w.reset(0);
    w.bytes(new Uint8Array(99));
    expect(codeOf(() => w.int16(1))).toBe("limit_exceeded");
    w.uint8(1);
    expect(w.length).toBe(100);
  });

  test("counts external chunks", () => {
    const w = new Writer({ maxLength: 2 * externalThreshold + 8 });
    w.bytes(new Uint8Array(externalThreshold));
    w.bytes(new Uint8Array(externalThreshold));
    w.uint32(1);
    expect(codeOf(() => w.bytes(new Uint8Array(externalThreshold)))).toBe("limit_exceeded");
    expect(codeOf(() => w.int64(1n))).toBe("limit_exceeded");
    w.uint32(2);
    expect(codeOf(() => w.uint8(1))).toBe("limit_exceeded");
    w.flatten();
    expect(codeOf(() => w.uint8(1))).toBe("limit_exceeded");
    expect(w.length).toBe(2 * externalThreshold + 8);
  });

  test("is checked before memory is taken", () => {
    const w = new Writer({ maxLength: 1000 });
    const kept = w.storage;
    const text = "x".repeat(1 << 20);
    const before = process.memoryUsage().arrayBuffers;
    const arrays: (() => void)[] = [
      () => w.wideString(text),
      () => w.string(text),
      () => w.fixedWideString(text, 1 << 21),
      () => w.bytes(new Uint8Array(2000)),
      () => w.bytes(new Uint8Array(externalThreshold)),
      () => w.int32Array(new Int32Array(251)),
    ];
    for (const write of arrays) expect(codeOf(write)).toBe("limit_exceeded");
    expect(w.storage).toBe(kept);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(0x8_0000);
  });

  test("may grow the buffer in any method", () => {
    const w = new Writer({ capacity: 16 });
    const r = new Reader();
    for (let lead = 0; lead < 20; lead++) {
      w.reset();
      for (let i = 0; i < lead; i++) w.boolean(true);
      for (let i = 0; i < 40; i++) {
        w.uint8(i);
        w.int64(BigInt(-i));
        w.wideString("ab");
        w.bytes(pattern(i));
      }
      r.attach(w.buffer, 0, w.length);
      for (let i = 0; i < lead; i++) expect(r.boolean()).toBe(true);
      for (let i = 0; i < 40; i++) {
        expect(r.uint8()).toBe(i);
        expect(r.int64()).toBe(BigInt(-i));
        expect(r.wideString()).toBe("ab");
        expect(r.bytes(i)).toEqual(pattern(i));
      }
    }
  });
});
