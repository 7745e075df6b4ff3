import { describe, expect, it } from "vitest";
import { Patience } from "../../src/waiting/patience.js";
import { SpinBudget } from "../../src/waiting/spin-budget.js";
import { resolveSpin } from "../../src/waiting/spin-options.js";

/** A loop that looks every 10 microseconds from `start` to `end`, milliseconds: the part of the time for which it span. */
function spin(budget: SpinBudget, start: number, end: number): number {
  let spun = 0;
  for (let now = start; now < end; now += 0.01) {
    if (!budget.allows(now)) continue;
    budget.spent(0.01);
    spun += 0.01;
  }
  return spun / (end - start);
}

describe("the budget for spinning", () => {
  it("bounds the share of time", () => {
    for (const share of [0, 0.1, 0.5, 0.8]) {
      const budget = new SpinBudget({ microseconds: 100, share }, 2, () => 2);
      expect(spin(budget, 0, 2_000)).toBeCloseTo(share, 2);
      expect(budget.share(2_000)).toBeCloseTo(share, 1);
      expect(budget.total).toBeCloseTo(2_000 * share, -1);
    }
  });

  it("says nothing of spinning when there was none lately", () => {
    const budget = new SpinBudget({ microseconds: 100, share: 1 }, 2, () => 2);
    spin(budget, 0, 500);
    expect(budget.share(500)).toBeGreaterThan(0.9);
    budget.share(700);
    expect(budget.share(900)).toBe(0);
  });

  it("is nothing while far more threads run than there are processors, and comes back when they are gone", () => {
    let runnable = 2;
    const budget = new SpinBudget({ microseconds: 100, share: 1 }, 2, () => runnable);
    expect(spin(budget, 0, 100)).toBeGreaterThan(0.99);
    runnable = 12;
    expect(spin(budget, 100, 200)).toBeLessThan(0.5);
    expect(budget.isPaused).toBe(true);
    expect(spin(budget, 200, 2_000)).toBe(0);
    runnable = 2;
    expect(spin(budget, 2_000, 2_100)).toBeGreaterThan(0.5);
    expect(budget.isPaused).toBe(false);
  });

  it("is not taken away by a few threads more than processors, nor by bursts of many", () => {
    let looks = 0;
    const few = new SpinBudget({ microseconds: 100, share: 1 }, 2, () => 5);
    expect(spin(few, 0, 500)).toBeGreaterThan(0.99);
    const bursts = new SpinBudget({ microseconds: 100, share: 1 }, 2, () => (looks++ % 8 === 0 ? 20 : 3));
    expect(spin(bursts, 0, 500)).toBeGreaterThan(0.99);
  });
});

describe("options for spinning", () => {
  it("have defaults", () => {
    expect(resolveSpin(false)).toBeNull();
    expect(resolveSpin()).toEqual({ microseconds: 100, share: 0.8 });
    expect(resolveSpin({ share: 0.1 })).toEqual({ microseconds: 100, share: 0.1 });
  });

  it.each([
    { microseconds: 0 },
    { microseconds: 1001 },
    { microseconds: Number.NaN },
    { share: -1 },
    { share: 1.1 },
  ])("refuse %j", (options) => {
    expect(() => resolveSpin(options)).toThrowError(expect.objectContaining({ status: "INVALID_PARAMETER" }));
  });
});

describe("patience", () => {
  it("tries ever more rarely while it does not pay, and again when it does", () => {
    const patience = new Patience();
    const skipped = () => {
      let count = 0;
      while (!patience.tries()) count++;
      return count;
    };
    expect(skipped()).toBe(0);
    const counts: number[] = [];
    for (let i = 0; i < 11; i++) {
      patience.failed();
      counts.push(skipped());
    }
    expect(counts).toEqual([0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 511]);
    patience.paid();
    patience.failed();
    expect(skipped()).toBe(0);
  });

  it("lasts for a copy longer, where one is to be expected, until it has failed", () => {
    const patience = new Patience();
    expect(patience.limit(0.05)).toBe(0.05);
    patience.handedOver(1024 * 1024);
    expect(patience.limit(0.05)).toBeCloseTo(0.3);
    patience.paid();
    expect(patience.limit(0.05)).toBeCloseTo(0.3);
    patience.handedOver(1024 ** 3);
    expect(patience.limit(0.05)).toBeCloseTo(1.05);
    patience.failed();
    expect(patience.limit(0.05)).toBe(0.05);
  });
});
