import { describe, expect, test } from "vitest";
import { isNdrError, NdrError, type NdrErrorCode, Reader, Writer } from "../src/index.js";
import { writeNode, writeNodeReferents } from "./codecs/pointers.js";
import { vectors } from "./vectors.js";

/** The octets that `encode` writes after `lead` octets, as hexadecimal digits. */
function encoded(encode: (w: Writer) => void, lead = 0): string {
  const w = new Writer({ capacity: 16 });
  for (let i = 0; i < lead; i++) w.uint8(0xee);
  encode(w);
  return w.buffer.subarray(lead).toString("hex");
}

/** The code that `encode` is refused with. */
function refusal(encode: (w: Writer) => void, w = new Writer()): NdrErrorCode {
  try {
    encode(w);
  } catch (error) {
    if (isNdrError(error)) return error.code;
    throw error;
  }
  throw new Error("accepted");
}

/** What code without types may pass. */
function untyped<T>(value: unknown): T {
  return value as T;
}

type NumberMethod =
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "char"
  | "wchar"
  | "enum16"
  | "enum32";

describe("integers", () => {
  const rows: [NumberMethod, number, number, number][] = [
    ["int8", 1, -128, 127],
    ["uint8", 1, 0, 255],
    ["int16", 2, -32768, 32767],
    ["uint16", 2, 0, 65535],
    ["int32", 4, -(2 ** 31), 2 ** 31 - 1],
    ["uint32", 4, 0, 2 ** 32 - 1],
    ["char", 1, 0, 255],
    ["wchar", 2, 0, 65535],
    ["enum16", 2, 0, 32767],
    ["enum32", 4, -(2 ** 31), 2 ** 31 - 1],
  ];
  for (const [method, size, min, max] of rows) {
    test(`${method} takes ${min} to ${max} and nothing else`, () => {
      const r = new Reader();
      const w = new Writer();
      for (const value of [min, max, min < 0 ? -1 : 1]) {
        w.reset();
        w[method](value);
        expect(w.length).toBe(size);
        r.attach(w.buffer, 0, size);
        expect(r[method]()).toBe(value);
      }
      const code = method === "enum16" ? "enum_out_of_range" : "value_out_of_range";
      const wrong = [
        min - 1,
        max + 1,
        0.5,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        2 ** 53,
        -(2 ** 53),
        "1",
        1n,
        null,
      ];
      for (const value of [...wrong, undefined, {}, [1], true, Symbol("one")]) {
        expect(
          refusal((to) => to[method](untyped(value))),
          String(value),
        ).toBe(code);
      }
    });
  }

  test("64 bits", () => {
    const w = new Writer();
    const r = new Reader();
    for (const value of [-(2n ** 63n), -1n, 0n, 2n ** 63n - 1n]) {
      w.reset();
      w.int64(value);
      r.attach(w.buffer, 0, 8);
      expect(r.int64()).toBe(value);
    }
    for (const value of [0n, 1n, 2n ** 64n - 1n]) {
      w.reset();
      w.uint64(value);
      r.attach(w.buffer, 0, 8);
      expect(r.uint64()).toBe(value);
    }
    for (const value of [-(2n ** 63n) - 1n, 2n ** 63n, 1, "1", null]) {
      expect(refusal((to) => to.int64(untyped(value)))).toBe("value_out_of_range");
    }
    for (const value of [-1n, 2n ** 64n, 1, "1", null]) {
      expect(refusal((to) => to.uint64(untyped(value)))).toBe("value_out_of_range");
    }
  });

  test("counts", () => {
    expect(encoded((w) => w.count(2 ** 31 - 1))).toBe("ffffff7f");
    for (const n of [-1, 2 ** 31, 0.5, Number.NaN, untyped<number>("1")]) {
      expect(refusal((w) => w.count(n))).toBe("invalid_bound");
      expect(refusal((w) => w.variance(n, 0))).toBe("invalid_bound");
      expect(refusal((w) => w.variance(0, n))).toBe("invalid_bound");
    }
  });

  test("ranges and checks", () => {
    const w = new Writer();
    expect(w.range(3, 3, 4)).toBe(3);
    expect(w.rangeBig(3n, 3n, 4n)).toBe(3n);
    w.check(true, "fine");
    for (const value of [2, 5, Number.NaN])
      expect(refusal((to) => to.range(value, 3, 4))).toBe("value_out_of_range");
    expect(refusal((to) => to.rangeBig(5n, 3n, 4n))).toBe("value_out_of_range");
    expect(refusal((to) => to.check(false, "rows have 3 elements"))).toBe("invalid_bound");
  });
});

describe("floats and booleans", () => {
  test("a float is rounded, but never to infinity", () => {
    expect(encoded((w) => w.float32(0.1))).toBe("cdcccc3d");
    expect(encoded((w) => w.float32(3.4028235677973362e38))).toBe("ffff7f7f");
    expect(encoded((w) => w.float32(Number.POSITIVE_INFINITY))).toBe("0000807f");
    expect(encoded((w) => w.float32(Number.NaN))).toBe("0000c07f");
    expect(encoded((w) => w.float64(-0))).toBe("0000000000000080");
    for (const value of [3.4028235677973366e38, -1e39, "1", null, 1n]) {
      expect(refusal((w) => w.float32(untyped(value)))).toBe("value_out_of_range");
    }
    for (const value of ["1", null, 1n])
      expect(refusal((w) => w.float64(untyped(value)))).toBe("value_out_of_range");
  });

  test("a boolean is 0 or 1, and anything but 0 when read", () => {
    expect(encoded((w) => [w.boolean(true), w.boolean(false)])).toBe("0100");
    expect(refusal((w) => w.boolean(untyped(1)))).toBe("value_out_of_range");
    const r = new Reader();
    r.attach(Buffer.from([0, 1, 2, 255]), 0, 4);
    expect([r.boolean(), r.boolean(), r.boolean(), r.boolean()]).toEqual([false, true, true, true]);
  });
});

describe("strings", () => {
  test("every UTF-16 code unit but NUL survives, alone and in a long text, aligned or not", () => {
    const units = Array.from({ length: 0xffff }, (_, i) => String.fromCharCode(i + 1));
    const r = new Reader();
    for (const headroom of [0, 1]) {
      const w = new Writer({ headroom });
      w.wideString(units.join(""));
      r.attach(w.buffer, headroom, w.length);
      expect(r.wideString() === units.join("")).toBe(true);
      w.reset();
      for (const unit of units) w.wideString(unit);
      r.attach(w.buffer, headroom, w.length);
      expect(units.every((unit) => r.wideString() === unit)).toBe(true);
    }
    expect(refusal((w) => w.wideString("\0"))).toBe("value_out_of_range");
  });

  test("every Latin-1 code but NUL survives, and nothing beyond is written", () => {
    const text = Array.from({ length: 255 }, (_, i) => String.fromCharCode(i + 1)).join("");
    const w = new Writer();
    w.string(text);
    w.fixedString(text, 256);
    const r = new Reader();
    r.attach(w.buffer, 0, w.length);
    expect(r.string()).toBe(text);
    expect(r.fixedString(256)).toBe(text);
    for (const bad of ["\0", "a\0b", "\u0100", "€", "\u{1f600}", `${"x".repeat(99)}\ud800`]) {
      expect(refusal((to) => to.string(bad))).toBe("value_out_of_range");
      expect(refusal((to) => to.fixedString(bad, 200))).toBe("value_out_of_range");
    }
  });

  test("NUL is found in short and long texts", () => {
    for (const length of [0, 1, 15, 16, 17, 40, 5000]) {
      const text = `${"x".repeat(length)}\0`;
      expect(refusal((w) => w.wideString(text))).toBe("value_out_of_range");
      expect(refusal((w) => w.wideString(`${text}x`))).toBe("value_out_of_range");
      expect(refusal((w) => w.fixedWideString(text, 9000))).toBe("value_out_of_range");
    }
    expect(refusal((w) => w.byteString(Uint8Array.of(1, 0)))).toBe("value_out_of_range");
    expect(refusal((w) => w.fixedByteString(Uint8Array.of(0, 1), 4))).toBe("value_out_of_range");
  });

  test("room is for the text and its terminator", () => {
    expect(encoded((w) => w.fixedString("abc", 4))).toBe("00000000 04000000 61626300".replaceAll(" ", ""));
    expect(encoded((w) => w.fixedWideString("a", 2))).toBe("00000000 02000000 61000000".replaceAll(" ", ""));
    expect(encoded((w) => w.string("a", 8))).toBe("08000000 00000000 02000000 6100".replaceAll(" ", ""));
    expect(encoded((w) => w.wideString("a", 2))).toBe(
      "02000000 00000000 02000000 61000000".replaceAll(" ", ""),
    );
    expect(encoded((w) => w.byteString(Uint8Array.of(7), 3))).toBe(
      "03000000 00000000 02000000 0700".replaceAll(" ", ""),
    );
    expect(encoded((w) => w.fixedByteString(Uint8Array.of(7), 2))).toBe(
      "00000000 02000000 0700".replaceAll(" ", ""),
    );
    expect(refusal((w) => w.fixedString("abcd", 4))).toBe("invalid_bound");
    expect(refusal((w) => w.fixedByteString(Uint8Array.of(7), 1))).toBe("invalid_bound");
    expect(refusal((w) => w.fixedWideString("ab", 2))).toBe("invalid_bound");
    expect(refusal((w) => w.string("ab", 2))).toBe("invalid_bound");
    expect(refusal((w) => w.wideString("ab", 2))).toBe("invalid_bound");
    expect(refusal((w) => w.byteString(Uint8Array.of(7), 1))).toBe("invalid_bound");
    expect(refusal((w) => w.string("", 2 ** 31))).toBe("invalid_bound");
  });

  test("what is no string is refused", () => {
    for (const absent of [null, undefined]) {
      expect(refusal((w) => w.string(untyped(absent)))).toBe("null_ref_pointer");
      expect(refusal((w) => w.wideString(untyped(absent)))).toBe("null_ref_pointer");
      expect(refusal((w) => w.fixedString(untyped(absent), 3))).toBe("null_ref_pointer");
      expect(refusal((w) => w.bytes(untyped(absent)))).toBe("null_ref_pointer");
    }
    for (const other of [1, 1n, {}, ["a"], { length: 1 }]) {
      expect(refusal((w) => w.string(untyped(other)))).toBe("value_out_of_range");
      expect(refusal((w) => w.fixedWideString(untyped(other), 3))).toBe("value_out_of_range");
      expect(refusal((w) => w.byteString(untyped(other)))).toBe("value_out_of_range");
    }
  });
});

describe("GUIDs and context handles", () => {
  const text = "00112233-4455-6677-8899-aabbccddeeff";

  test("either case is written, lower case is read", () => {
    const hex = "33221100554477668899aabbccddeeff";
    expect(encoded((w) => w.guid(text))).toBe(hex);
    expect(encoded((w) => w.guid(text.toUpperCase()))).toBe(hex);
    expect(encoded((w) => w.contextHandle(text))).toBe(`00000000${hex}`);
    expect(encoded((w) => w.contextHandle(null))).toBe("00".repeat(20));
    expect(encoded((w) => w.guid("00000000-0000-0000-0000-000000000000"))).toBe("00".repeat(16));
  });

  test("anything else is refused", () => {
    const nil = "00000000-0000-0000-0000-000000000000";
    expect(refusal((w) => w.contextHandle(nil))).toBe("value_out_of_range");
    const broken = [
      "",
      text.slice(1),
      `${text}0`,
      text.replace("-", "0"),
      text.replace("a", "g"),
      `{${text}}`,
    ];
    for (const bad of [...broken, text.replace("f", "\u0166"), 1, {}, undefined]) {
      expect(refusal((w) => w.guid(untyped(bad)))).toBe("value_out_of_range");
      expect(refusal((w) => w.contextHandle(untyped(bad)))).toBe("value_out_of_range");
    }
    expect(refusal((w) => w.guid(untyped(null)))).toBe("value_out_of_range");
  });
});

describe("a reused buffer", () => {
  test("never shows through padding or headroom", () => {
    const clean = new Writer();
    const reused = new Writer({ capacity: 4096, headroom: 3 });
    for (const { id, codec, value } of vectors) {
      clean.reset();
      codec.write(clean, value);
      reused.reset(0);
      reused.bytes(new Uint8Array(4096).fill(0xa5));
      reused.reset(7);
      expect(reused.storage.subarray(0, 7), id).toEqual(Buffer.alloc(7));
      codec.write(reused, value);
      expect(reused.buffer.subarray(7).toString("hex"), id).toBe(clean.buffer.toString("hex"));
    }
  });

  test("is let go of after a huge message, and starts over after an error", () => {
    const w = new Writer({ capacity: 64 });
    for (let i = 0; i < 200; i++) w.bytes(new Uint8Array(16_000));
    expect(w.storage.length).toBeGreaterThan(0x10_0000);
    w.reset();
    expect(w.storage.length).toBe(64);
    w.pointer(true);
    w.pointer(true);
    expect(w.buffer.toString("hex")).toBe("0000020004000200");
    expect(refusal((to) => to.wideString("abc\0"), w)).toBe("value_out_of_range");
    w.reset();
    w.pointer(true);
    expect(w.buffer.toString("hex")).toBe("00000200");
    const kept = w.storage;
    w.reset();
    expect(w.storage).toBe(kept);
  });
});

describe("depth", () => {
  test("a cyclic value is refused", () => {
    const node: { v: number; next: typeof node | null } = { v: 1, next: null };
    node.next = node;
    expect(
      refusal((w) => {
        writeNode(w, node);
        writeNodeReferents(w, node);
      }),
    ).toBe("depth_exceeded");
    const w = new Writer({ maxDepth: 1 });
    w.enter();
    expect(refusal((to) => to.enter(), w)).toBe("depth_exceeded");
    w.reset();
    w.enter();
    w.leave();
    w.enter();
    expect(w.length).toBe(0);
  });
});

describe("errors", () => {
  test("have a code, an offset and no copy of the value", () => {
    const w = new Writer();
    w.uint32(1);
    try {
      w.uint16(untyped("secret"));
    } catch (error) {
      if (!(error instanceof NdrError)) throw error;
      expect([error.name, error.code, error.offset]).toEqual(["NdrError", "value_out_of_range", 4]);
      expect(error.message).toBe("an integer from 0 to 65535 is required here, not string (stub offset 4)");
    }
    expect.assertions(2);
  });

  test("are recognised by their structure", () => {
    const copy = Object.assign(new Error("of another copy"), {
      name: "NdrError",
      code: "short_data",
      offset: null,
    });
    expect(isNdrError(copy)).toBe(true);
    expect(isNdrError(new NdrError("short_data", "short", 3))).toBe(true);
    expect(
      isNdrError(Object.assign(new Error("other"), { name: "NdrError", code: "ENOENT", offset: 1 })),
    ).toBe(false);
    expect(isNdrError(Object.assign(new Error("other"), { name: "NdrError", code: "short_data" }))).toBe(
      false,
    );
    for (const other of [
      new Error("other"),
      null,
      undefined,
      { name: "NdrError", code: "short_data", offset: 1 },
    ]) {
      expect(isNdrError(other)).toBe(false);
    }
  });
});
