import { describe, expect, test } from "vitest";
import { BigEndianReader, NdrError, Reader, Reader64, Writer, Writer64 } from "../src/index.js";
import { allIds, otherVectors, vectors } from "./vectors.js";

/** Ids from `prefix` + 1 to `prefix` + last. */
function series(prefix: string, last: number, digits = 1): string[] {
  return Array.from({ length: last }, (_, i) => prefix + String(i + 1).padStart(digits, "0"));
}

describe("vectors", () => {
  test("every known vector is there", () => {
    const known = [...series("V", 48, 2), ...series("W", 7), ...series("E", 15), ...series("N", 15)];
    expect([...new Set(allIds.map((id) => id.replace(/\/.*/, "")))].sort()).toEqual(known.sort());
  });

  for (const { id, idl, octets, value, codec } of vectors) {
    test(`${id} ${idl}`, () => {
      for (const headroom of [0, 1, 0x68]) {
        const w = new Writer({ headroom, capacity: 16 });
        codec.write(w, value);
        expect(w.length).toBe(octets.length);
        expect(w.buffer.subarray(headroom).toString("hex")).toBe(octets.toString("hex"));

        const r = new Reader();
        const window = Buffer.concat([Buffer.alloc(headroom, 0xee), octets, Buffer.alloc(3, 0xee)]);
        r.attach(window, headroom, octets.length);
        expect(codec.read(r)).toEqual(value);
        expect(r.remaining).toBe(0);
      }
    });
  }

  for (const { id, idl, octets, value, codec, form } of otherVectors) {
    test(`${id} ${idl}, ${form}`, () => {
      for (const headroom of [0, 1, 0x68]) {
        const r = form === "ndr64" ? new Reader64() : new BigEndianReader();
        const window = Buffer.concat([Buffer.alloc(headroom, 0xee), octets, Buffer.alloc(3, 0xee)]);
        r.attach(window, headroom, octets.length);
        expect(codec.read(r)).toEqual(value);
        expect(r.remaining).toBe(0);
        for (let length = 0; length < octets.length; length++) {
          r.attach(octets, 0, length);
          expect(() => codec.read(r)).toThrow(NdrError);
        }
        if (form !== "ndr64") continue;
        const w = new Writer64({ headroom, capacity: 16 });
        codec.write(w, value);
        expect(w.buffer.subarray(headroom).toString("hex")).toBe(octets.toString("hex"));
      }
    });
  }
});
