import { describe, expect, it } from "vitest";
import { schema } from "../src/schemas.js";

const State = { STOPPED: 0, RUNNING: 2 } as const;

describe("schemas of the JSON form", () => {
  it.each([
    ["bytes", schema.bytes(), "AQL/", new Uint8Array([1, 2, 255])],
    ["int64", schema.int64(), "-9223372036854775808", -(2n ** 63n)],
    ["int64 as a number", schema.int64(), 5, 5n],
    ["uint64", schema.uint64(), "18446744073709551615", 2n ** 64n - 1n],
    ["float", schema.float(), "-Infinity", Number.NEGATIVE_INFINITY],
    ["enum", schema.enum(State), "RUNNING", 2],
    ["enum without a label", schema.enum(State), 17, 17],
    ["v1_enum", schema.v1Enum(State), -1, -1],
    ["array of short", schema.int16Array(), [1, -2], new Int16Array([1, -2])],
    ["array of hyper", schema.bigInt64Array(), ["1", 2], new BigInt64Array([1n, 2n])],
    ["array of float", schema.float32Array(), [1.5, "NaN"], new Float32Array([1.5, Number.NaN])],
  ])("%s is converted", (_name, type, json, value) => {
    expect(type.parse(json)).toEqual(value);
    expect(type.parse(value)).toEqual(value);
  });

  it.each([
    ["bytes", schema.bytes(), "not base64!"],
    ["int64", schema.int64(), "9223372036854775808"],
    ["int64", schema.int64(), 1.5],
    ["int64", schema.int64(), "0x10"],
    ["uint64", schema.uint64(), "-1"],
    ["float", schema.float(), "one"],
    ["enum", schema.enum(State), "toString"],
    ["enum", schema.enum(State), 0x8000],
    ["enum", schema.enum(State), -1],
    ["array of octets", schema.int8Array(), [200]],
    ["array of unsigned short", schema.uint16Array(), [65536]],
    ["another typed array", schema.int16Array(), new Int32Array(1)],
    ["context", schema.context(), null],
  ])("%s refuses what does not fit: %j", (_name, type, json) => {
    expect(type.safeParse(json).success).toBe(false);
  });
});
