import { describe, expect, it } from "vitest";
import { formatNumber } from "../src/report/format-number.js";
import { formatTable } from "../src/report/table.js";

describe("formatNumber", () => {
  it.each([
    [0, "0"],
    [0.012345, "0.0123"],
    [0.5, "0.500"],
    [1.234, "1.23"],
    [42, "42.0"],
    [123.4, "123"],
    [12_345, "12,300"],
    [1_234_567, "1,230,000"],
    [-2.5, "-2.50"],
  ])("%d is %s", (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });
});

describe("formatTable", () => {
  it("lines up its columns", () => {
    const table = formatTable(
      ["system", "p50"],
      ["left", "right"],
      [
        ["a", "1.00"],
        ["longer name", "12,300"],
      ],
    );
    expect(table.split("\n")).toEqual([
      "| system      |    p50 |",
      "| ----------- | -----: |",
      "| a           |   1.00 |",
      "| longer name | 12,300 |",
    ]);
  });
});
