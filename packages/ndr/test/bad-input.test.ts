import { describe, expect, test } from "vitest";
import { isNdrError, type NdrErrorCode, Reader } from "../src/index.js";
import { decodeCanonically } from "./canonical.js";
import { TracingWriter } from "./tracing-writer.js";
import { vectors } from "./vectors.js";

function attached(hex: string, limits = {}): Reader {
  const octets = Buffer.from(hex.replaceAll(" ", ""), "hex");
  const r = new Reader(limits);
  r.attach(octets, 0, octets.length);
  return r;
}

/** The code and offset that `decode` of `hex` is refused with. */
function refusal(hex: string, decode: (r: Reader) => unknown, limits = {}): [NdrErrorCode, number | null] {
  try {
    decode(attached(hex, limits));
  } catch (error) {
    if (isNdrError(error)) return [error.code, error.offset];
    throw error;
  }
  throw new Error(`accepted: ${hex}`);
}

describe("vectors, damaged", () => {
  for (const vector of vectors) {
    test(`${vector.id} cut at every offset is refused`, () => {
      for (let length = 0; length < vector.octets.length; length++) {
        expect(
          decodeCanonically(vector, vector.octets.subarray(0, length)),
          `length ${length}`,
        ).not.toBeNull();
      }
    });
  }

  test("every count set to a boundary value is refused or means the same when encoded", () => {
    let fields = 0;
    for (const vector of vectors) {
      const w = new TracingWriter();
      vector.codec.write(w, vector.value);
      for (const at of w.counts) {
        fields++;
        for (const value of [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]) {
          const input = Buffer.from(vector.octets);
          input.writeUInt32LE(value, at);
          const refused = decodeCanonically(vector, input) !== null;
          const harmless = value === 0x7fff_ffff && w.stringMaxima.includes(at);
          if (value >= 0x7fff_ffff) expect(refused, `${vector.id}: ${value} at ${at}`).toBe(!harmless);
        }
      }
    }
    expect(fields).toBe(67);
  });

  test("padding may hold anything", () => {
    let pads = 0;
    for (const { codec, octets, value } of vectors) {
      const w = new TracingWriter();
      codec.write(w, value);
      const input = Buffer.from(octets);
      for (const { from, to, same } of w.free) {
        if (!same(Buffer.alloc(to - from), Buffer.alloc(to - from, 0xff))) continue;
        input.fill(0xa5, from, to);
        pads++;
      }
      const r = new Reader();
      r.attach(input, 0, input.length);
      expect(codec.read(r)).toEqual(value);
    }
    expect(pads).toBeGreaterThan(10);
  });
});

describe("strings", () => {
  const read = (r: Reader): string => r.string();
  const readWide = (r: Reader): string => r.wideString();
  const rows: [string, string, (r: Reader) => unknown, NdrErrorCode, number][] = [
    ["no terminator", "02000000 00000000 02000000 6161", read, "string_not_terminated", 12],
    ["no wide terminator", "01000000 00000000 01000000 6100", readWide, "string_not_terminated", 12],
    ["half a wide terminator", "01000000 00000000 01000000 0001", readWide, "string_not_terminated", 12],
    ["NUL inside", "03000000 00000000 03000000 610000", read, "string_not_terminated", 12],
    ["wide NUL inside", "02000000 00000000 02000000 00000000", readWide, "string_not_terminated", 12],
    ["no units", "00000000 00000000 00000000", read, "string_not_terminated", 8],
    ["an offset", "02000000 01000000 01000000 00", read, "invalid_bound", 4],
    ["actual beyond max", "01000000 00000000 02000000 6100", read, "invalid_bound", 8],
    ["max beyond the bound", "09000000 00000000 02000000 6100", (r) => r.string(8), "invalid_bound", 0],
    ["max of 2^31", "00000080 00000000 02000000 6100", read, "invalid_bound", 0],
    ["units beyond the data", "ffffff7f 00000000 ffffff7f 6100", read, "invalid_bound", 8],
    ["wide units beyond the data", "02000000 00000000 02000000 610000", readWide, "invalid_bound", 8],
    ["fixed, beyond its bound", "00000000 03000000 616100", (r) => r.fixedString(2), "invalid_bound", 4],
    ["fixed, an offset", "01000000 02000000 6100", (r) => r.fixedString(8), "invalid_bound", 0],
    [
      "fixed wide, no terminator",
      "00000000 01000000 6100",
      (r) => r.fixedWideString(8),
      "string_not_terminated",
      8,
    ],
    [
      "octets, no terminator",
      "02000000 00000000 02000000 0102",
      (r) => r.byteString(),
      "string_not_terminated",
      12,
    ],
    [
      "octets, zero inside",
      "03000000 00000000 03000000 010000",
      (r) => r.byteString(),
      "string_not_terminated",
      12,
    ],
    [
      "octets in place, no terminator",
      "00000000 02000000 0102",
      (r) => r.fixedByteString(4),
      "string_not_terminated",
      8,
    ],
    [
      "octets in place, zero inside",
      "00000000 03000000 010000",
      (r) => r.fixedByteString(4),
      "string_not_terminated",
      8,
    ],
    ["octets in place, none", "00000000 00000000", (r) => r.fixedByteString(4), "string_not_terminated", 4],
  ];
  for (const [name, hex, decode, code, offset] of rows) {
    test(name, () => expect(refusal(hex, decode)).toEqual([code, offset]));
  }

  test("room beyond the string is allowed", () => {
    expect(attached("08000000 00000000 02000000 6100").string(8)).toBe("a");
    expect(attached("08000000 00000000 02000000 0100").byteString(8)).toEqual(Uint8Array.of(1));
  });
});

describe("arrays", () => {
  const rows: [string, string, (r: Reader) => unknown, NdrErrorCode, number][] = [
    ["a count of 2^31", "00000080", (r) => r.count(0), "invalid_bound", 0],
    ["elements beyond the data", "03000000 00000000", (r) => r.count(2), "invalid_bound", 0],
    ["an offset", "01000000 01000000 00", (r) => r.variance(8, 1), "invalid_bound", 0],
    ["actual beyond max", "00000000 03000000 000000", (r) => r.variance(2, 1), "invalid_bound", 4],
    ["actual beyond 2^31-1", "00000000 00000080 000000", (r) => r.variance(null, 1), "invalid_bound", 4],
    ["actual beyond the data", "00000000 03000000 0000", (r) => r.variance(null, 1), "invalid_bound", 4],
    [
      "first plus actual beyond max",
      "02000000 02000000 0000",
      (r) => r.varianceFrom(3, 1),
      "invalid_bound",
      0,
    ],
    [
      "first plus actual beyond 32 bits",
      "ffffffff ffffffff 0000",
      (r) => r.varianceFrom(null, 1),
      "invalid_bound",
      0,
    ],
    [
      "actual from first beyond the data",
      "01000000 03000000 0000",
      (r) => r.varianceFrom(9, 1),
      "invalid_bound",
      4,
    ],
    ["counts that disagree", "", (r) => r.check(false, "n is the size of a"), "invalid_bound", 0],
  ];
  for (const [name, hex, decode, code, offset] of rows) {
    test(name, () => expect(refusal(hex, decode)).toEqual([code, offset]));
  }

  test("what fits is accepted", () => {
    expect(attached("02000000 00000000").count(2)).toBe(2);
    expect(attached("ffffff7f").count(0)).toBe(0x7fff_ffff);
    expect(attached("00000000 02000000 0000").variance(2, 1)).toBe(2);
    expect(attached("01000000 02000000 0000").varianceFrom(3, 1)).toEqual({ first: 1, actual: 2 });
  });

  test("a huge count takes no memory", () => {
    const huge = 0x7fff_ffff;
    const blocks: ((r: Reader) => unknown)[] = [
      (r) => r.bytes(huge),
      (r) => r.int8Array(huge),
      (r) => r.int16Array(huge),
      (r) => r.uint16Array(huge),
      (r) => r.int32Array(huge),
      (r) => r.uint32Array(huge),
      (r) => r.float32Array(huge),
      (r) => r.float64Array(huge),
      (r) => r.bigInt64Array(huge),
      (r) => r.bigUint64Array(huge),
    ];
    const before = process.memoryUsage();
    for (const block of blocks) expect(refusal("0000000000000000", block)[0]).toBe("short_data");
    expect(refusal("ffffff7f 0000000000000000", (r) => r.bytes(r.count(1)))).toEqual(["invalid_bound", 0]);
    expect(refusal("ffffff7f 00000000 ffffff7f 00000000", (r) => r.wideString())).toEqual([
      "invalid_bound",
      8,
    ]);
    const after = process.memoryUsage();
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(0x10_0000);
    expect(after.rss - before.rss).toBeLessThan(0x400_0000);
  });

  test("what elements take beyond 8 octets for each of theirs is bounded over the whole message", () => {
    const two = "02000000 0000";
    const twice = (r: Reader): number => r.count(1, 10) + r.int16() + r.count(1, 10);
    expect(refusal(`${two} 0000 ${two}`, twice, { maxOverhead: 39 })).toEqual(["limit_exceeded", 12]);
    expect(twice(attached(`${two} 0000 ${two}`, { maxOverhead: 40 }))).toBe(4);
    expect(refusal("00000000 02000000 0000", (r) => r.variance(2, 1, 10), { maxOverhead: 19 })).toEqual([
      "limit_exceeded",
      8,
    ]);
    const r = attached(two, { maxOverhead: 20 });
    const octets = Buffer.from("020000000000", "hex");
    for (let message = 0; message < 3; message++) {
      r.attach(octets, 0, octets.length);
      expect(r.count(1, 10)).toBe(2);
    }
  });

  test("typed arrays, strings and rows count by what they take", () => {
    const octets = "00".repeat(64);
    expect(refusal(octets, (r) => r.int32Array(2), { maxOverhead: 208 - 56 - 1 })).toEqual([
      "limit_exceeded",
      8,
    ]);
    expect(attached(octets, { maxOverhead: 208 - 56 }).int32Array(2)).toHaveLength(2);
    // Large arrays and strings take less than 8 for each octet, which makes up for small ones.
    const both = (r: Reader): number => r.bytes(32).length + r.bytes(1).length;
    expect(both(attached(octets, { maxOverhead: 0x100 }))).toBe(33);
    expect(refusal(octets, (r) => [r.bytes(1), r.bytes(1)], { maxOverhead: 0x100 })[0]).toBe(
      "limit_exceeded",
    );
    expect(refusal("08000000 00000000", (r) => r.counts(2, 4), { maxOverhead: 8 * 56 - 1 })[0]).toBe(
      "limit_exceeded",
    );
  });

  test("nested values are charged what they are said to take", () => {
    const r = attached("", { maxOverhead: 20 });
    r.enter(10);
    r.enter(10);
    expect(() => r.enter(10)).toThrow(/more than 8 octets of memory for each of the message and 20/);
  });
});

describe("scalars, pointers and handles", () => {
  test("an enum above 32767", () => {
    expect(refusal("0080", (r) => r.enum16())).toEqual(["enum_out_of_range", 0]);
    expect(attached("ff7f").enum16()).toBe(0x7fff);
    expect(attached("ffffffff").enum32()).toBe(-1);
  });

  test("the filler of a reference pointer may be anything, zero too", () => {
    for (const filler of ["00000000", "00000200", "ffffffff"]) {
      const r = attached(`${filler} 07`);
      r.refPointer();
      expect(r.uint8()).toBe(7);
    }
  });

  test("a context handle with attributes", () => {
    const guid = "33221100554477668899aabbccddeeff";
    expect(refusal(`01000000 ${guid}`, (r) => r.contextHandle())).toEqual(["bad_stub_data", 0]);
    expect(refusal(`01000000 ${"00".repeat(16)}`, (r) => r.contextHandle())).toEqual(["bad_stub_data", 0]);
    expect(attached(`00000000 ${guid}`).contextHandle()).toBe("00112233-4455-6677-8899-aabbccddeeff");
    expect(attached("00".repeat(20)).contextHandle()).toBeNull();
  });

  test("values outside their range", () => {
    expect(refusal("05000000", (r) => r.range(r.int32(), 6, 9))).toEqual(["value_out_of_range", 4]);
    expect(refusal("05", (r) => r.range(r.uint8(), 0, 4))).toEqual(["value_out_of_range", 1]);
    expect(refusal("", (r) => r.rangeBig(5n, 6n, 9n))).toEqual(["value_out_of_range", 0]);
    expect(attached("").range(5, 5, 5)).toBe(5);
    expect(attached("").rangeBig(5n, 5n, 5n)).toBe(5n);
  });

  test("nesting", () => {
    const descend = (depth: number) => (r: Reader) => {
      for (let i = 0; i < depth; i++) r.enter();
    };
    expect(refusal("", descend(65))).toEqual(["depth_exceeded", 0]);
    expect(refusal("", descend(3), { maxDepth: 2 })).toEqual(["depth_exceeded", 0]);
    const r = attached("");
    for (let i = 0; i < 1000; i++) {
      r.enter();
      r.leave();
    }
    descend(64)(r);
    r.attach(Buffer.alloc(0), 0, 0);
    descend(64)(r);
    expect(r.offset).toBe(0);
  });

  test("a list longer than the depth allows is refused, not recursed into", () => {
    const list = vectors.find(({ id }) => id === "V45");
    if (list === undefined) throw new Error("V45 is missing");
    const nodes = Buffer.alloc(8 * 100_000);
    for (let at = 0; at < nodes.length; at += 8) nodes.writeUInt32LE(1, at + 4);
    expect(decodeCanonically(list, nodes)?.code).toBe("depth_exceeded");
  });

  test("padding beyond the end is short data", () => {
    const r = attached("01");
    r.uint8();
    expect(() => r.align(4)).toThrow("stub offset 4");
    expect(refusal("010000", (reader) => [reader.uint8(), reader.int32()])).toEqual(["short_data", 4]);
  });
});

describe("attach", () => {
  test("a window outside the buffer is refused", () => {
    const r = new Reader();
    const buffer = Buffer.alloc(8);
    for (const [start, length] of [
      [0, 9],
      [8, 1],
      [-1, 2],
      [0, -1],
      [9, 0],
      [Number.NaN, 1],
      [0, Number.NaN],
    ] as const) {
      expect(() => r.attach(buffer, start, length)).toThrow("stub data of");
    }
  });

  test("nothing outside the window is read", () => {
    const buffer = Buffer.from("eeeeee01020304eeeeee", "hex");
    const r = new Reader();
    r.attach(buffer, 3, 4);
    expect(r.uint32()).toBe(0x04030201);
    expect(r.remaining).toBe(0);
    expect(() => r.uint8()).toThrow("1 octets expected, 0 left (stub offset 4)");
    r.detach();
    expect(r.remaining).toBe(0);
  });

  test("octets are copies, unless they are owned", () => {
    const buffer = Buffer.from([1, 2, 3, 4]);
    const r = new Reader();
    r.attach(buffer, 0, 4);
    const copy = r.bytes(2);
    r.attach(buffer, 0, 4, { owned: true });
    const owned = r.bytes(2);
    r.attach(buffer, 0, 4);
    const again = r.bytes(2);
    buffer.fill(9);
    expect(copy).toEqual(Uint8Array.of(1, 2));
    expect(again).toEqual(Uint8Array.of(1, 2));
    expect(owned).toEqual(Uint8Array.of(9, 9));
  });
});

test("rows without elements are few", () => {
  // 0x110001 rows of nothing, which would each become an array.
  expect(refusal("01001100 00000000", (r) => r.counts(2, 4))).toEqual(["limit_exceeded", 8]);
  expect(attached("00040000 00000000").counts(2, 4)).toEqual([0x400, 0]);
  expect(refusal("01040000 00000000", (r) => r.counts(2, 4))).toEqual(["limit_exceeded", 8]);
});
