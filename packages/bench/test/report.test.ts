import { describe, expect, it } from "vitest";
import { jsonReport } from "../src/report/json-report.js";
import { spread } from "../src/report/line-plot.js";
import { plots } from "../src/report/plots.js";
import { medianRatio } from "../src/report/results.js";
import { textReport } from "../src/report/text-report.js";
import { SAMPLE_SCENARIOS, SAMPLE_SYSTEMS, sampleReport } from "./sample-report.js";

describe("records", () => {
  const find = (system: string, metric: string) =>
    sampleReport().records.find((record) => record.system === system && record.metric === metric);

  it("keep every run, and take the median of those that went well", () => {
    expect(find("pigeon", "p50")).toMatchObject({ median: 380, runs: [380, null], unit: "µs" });
  });

  it("compare within the same run", () => {
    // 120 / 60 and 210 / 70.
    expect(find("pigeon", "client")?.ratio).toBe(2.5);
    expect(find("pigeon", "mean")?.ratio).toBe(10);
    // More is better: 20,000 / 2,000 and 22,000 / 2,000.
    expect(find("pigeon", "1 client")?.ratio).toBe(10.5);
    expect(find("ncalrpc", "p50")?.ratio).toBe(1);
  });

  it("leave out what was not measured, and what is not a number", () => {
    expect(find("kernel", "client")).toBeUndefined();
    expect(find("pigeon", "server")).toBeUndefined();
  });
});

describe("medianRatio", () => {
  it("compares the runs that both have, where both are above 0", () => {
    expect(medianRatio([10, null, 30, 5, 8], [5, 1, 10, 0, 1])).toBe(3);
    expect(medianRatio([1], [null])).toBeNull();
    expect(medianRatio([], [])).toBeNull();
  });
});

describe("reports", () => {
  const drawn = plots(sampleReport(), SAMPLE_SYSTEMS, SAMPLE_SCENARIOS);

  it("print as Markdown", async () => {
    const targets = [
      { what: "kept", bound: "at most", value: 5, unit: "×", measured: 4, met: true },
      { what: "broken", bound: "at least", value: 500_000, unit: "calls/s", measured: 12, met: false },
      { what: "left open", bound: "at most", value: 1, unit: "%", measured: null, met: null },
    ] as const;
    const parts = { systems: SAMPLE_SYSTEMS, scenarios: SAMPLE_SCENARIOS, targets, plots: drawn };
    await expect(`${textReport(sampleReport(), parts)}\n`).toMatchFileSnapshot("golden/report.md");
  });

  it("draw what was measured", () => {
    expect(drawn.map(({ file, scenario }) => [file, scenario])).toEqual([
      ["overview.svg", null],
      ["unary-distribution.svg", "unary"],
      ["clients.svg", "clients"],
    ]);
  });

  it("draw bars", async () => {
    await expect(drawn[0]?.svg).toMatchFileSnapshot("golden/overview.svg");
  });

  it("draw lines", async () => {
    await expect(drawn[2]?.svg).toMatchFileSnapshot("golden/clients.svg");
  });

  it("keep every figure as JSON", () => {
    const { values, metrics, runs } = JSON.parse(jsonReport(sampleReport()));
    expect(runs).toBe(2);
    expect(values.unary.pigeon).toEqual({ mean: [400, null], p50: [380, null], p99: [12_345, null] });
    expect(metrics.unary.mean).toBe("µs, lower is better");
  });
});

describe("spread", () => {
  it("leaves places that are far enough apart", () => {
    expect(spread([50, 10, 90], 10, 0, 100)).toEqual([50, 10, 90]);
  });

  it("moves those that are too near, within the bounds", () => {
    expect(spread([98, 99, 97], 10, 0, 100)).toEqual([90, 100, 80]);
    expect(spread([1, 1], 10, 0, 100)).toEqual([1, 11]);
  });
});
