import { expect, test } from "vitest";
import { BigEndianReader, isNdrError, Reader } from "../src/index.js";

function big(hex: string): BigEndianReader {
  const octets = Buffer.from(hex.replaceAll(" ", ""), "hex");
  const r = new BigEndianReader();
  r.attach(octets, 0, octets.length);
  return r;
}

test("a big-endian sender's values of every kind are read", () => {
  expect(big("3fc00000").float32()).toBe(1.5);
  expect(big("c002000000000000").float64()).toBe(-2.25);
  expect(big("fffffffffffffffe").int64()).toBe(-2n);
  expect(big("fffffffffffffffe").uint64()).toBe(2n ** 64n - 2n);
  expect(big("ffffffff").int3264()).toBe(-1n);
  expect(big("fffe").int16()).toBe(-2);
  expect(big("fffe").uint16()).toBe(0xfffe);
  expect(big("00000001").pointer()).toBe(true);
  expect(big("7fff").enum16()).toBe(0x7fff);
  expect(() => big("8000").enum16()).toThrow("an enum is from 0 to 32767");
  expect(big("00000003 00000000 00000003 0048 0069 0000").wideString()).toBe("Hi");
  expect(big("00000003 00000000 00000003 486900").string()).toBe("Hi");
  expect(big("00010002").uint16Array(2)).toEqual(Uint16Array.of(1, 2));
  expect(big("00000001").uint32Array(1)).toEqual(Uint32Array.of(1));
  expect(big("0000000000000001").bigInt64Array(1)).toEqual(BigInt64Array.of(1n));
  expect(big("3fc00000").float32Array(1)).toEqual(Float32Array.of(1.5));
  expect(big("00112233 4455 6677 8899aabbccddeeff").guid()).toBe("00112233-4455-6677-8899-aabbccddeeff");
});

test("octets that are the message's own are not changed by turning them round", () => {
  const octets = Buffer.from("00010002", "hex");
  const r = new BigEndianReader();
  r.attach(octets, 0, 4, { owned: true });
  r.uint16Array(2);
  expect(octets.toString("hex")).toBe("00010002");
});

test("what is read is named in the error", () => {
  const r = new Reader();
  r.attach(Buffer.alloc(2), 0, 2);
  r.at("Query.status");
  try {
    r.uint32();
    expect.unreachable();
  } catch (error) {
    expect(isNdrError(error) && error.message).toBe(
      "Query.status: 4 octets expected, 2 left (stub offset 0)",
    );
  }
});
