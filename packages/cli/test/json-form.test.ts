import { describe, expect, it } from "vitest";
import { jsonForm } from "../src/json-form.js";
import { jsonText, safeText } from "../src/safe-text.js";

describe("jsonForm", () => {
  it.each([
    [undefined, null],
    [null, null],
    [true, true],
    [-0.5, -0.5],
    [Number.NaN, "NaN"],
    [Number.NEGATIVE_INFINITY, "-Infinity"],
    [-(2n ** 63n), "-9223372036854775808"],
    ["text", "text"],
    [new Uint8Array([0, 255, 16]), "AP8Q"],
    [Buffer.from("pooled"), "cG9vbGVk"],
    [new Int8Array([-1, 1]), [-1, 1]],
    [new Float32Array([0.5, Number.NaN]), [0.5, "NaN"]],
    [new BigUint64Array([2n ** 64n - 1n]), ["18446744073709551615"]],
    [[{ id: 1n, bytes: new Uint8Array(1), next: null }], [{ id: "1", bytes: "AA==", next: null }]],
  ])("of %o is %o", (value, json) => {
    expect(jsonForm(value)).toEqual(json);
  });
});

describe("text of others", () => {
  it("can't steer the terminal", () => {
    expect(safeText("a\u001b[31m\u009bb\n\u007f")).toBe("a\\u001b[31m\\u009bb\\u000a\\u007f");
  });

  it("is the same value in JSON", () => {
    const value = { text: "a\u001b[31m\u009bb\n\u007f" };
    expect(JSON.parse(jsonText(value))).toEqual(value);
    expect(jsonText(value)).toMatch(/^[ -~\n]*$/);
  });
});
