import { describe, expect, test } from "vitest";
import { Reader, Writer } from "../src/index.js";
import { unsupported, vectors } from "./vectors.js";

/** Ids from `prefix` + 1 to `prefix` + last. */
function series(prefix: string, last: number, digits = 1): string[] {
  return Array.from({ length: last }, (_, i) => prefix + String(i + 1).padStart(digits, "0"));
}

describe("vectors", () => {
  test("every known vector is either tested or named as unsupported", () => {
    const known = [...series("V", 48, 2), ...series("W", 7), ...series("E", 15), ...series("N", 15)];
    const tested = new Set(vectors.map(({ id }) => id.replace(/\/.*/, "")));
    const left = unsupported.map(({ id }) => id);
    expect([...tested, ...left].sort()).toEqual(known.sort());
    expect(left.filter((id) => !id.startsWith("N"))).toEqual(
      "V02 V30 V33 V34 V35 V36 V37 V38 V39 V40 V41 V48 W4 W5 W6 E5 E6 E12 E13".split(" "),
    );
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
});
