import { describe, expect, it } from "vitest";
import { median, percentile } from "../src/harness/statistics.js";

describe("median", () => {
  it("is the middle value, whatever the order", () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([7])).toBe(7);
  });

  it("is the mean of the two middle values", () => {
    expect(median([4, 1, 2, 100])).toBe(3);
  });

  it("sorts by value, not by spelling, and leaves its input alone", () => {
    const values = [10, 9, 100];
    expect(median(values)).toBe(10);
    expect(values).toEqual([10, 9, 100]);
  });

  it("refuses to invent a value", () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

describe("percentile", () => {
  const hundred = Float64Array.from({ length: 100 }, (_, index) => index + 1);

  it.each([
    [50, 50],
    [99, 99],
    [99.5, 100],
    [100, 100],
    [0.1, 1],
  ])("%d of 1 to 100 is %d", (percent, value) => {
    expect(percentile(hundred, percent)).toBe(value);
  });

  it("is the only value there is", () => {
    expect(percentile([3], 99)).toBe(3);
  });

  it("refuses to invent a value", () => {
    expect(() => percentile([], 50)).toThrow(RangeError);
  });
});
