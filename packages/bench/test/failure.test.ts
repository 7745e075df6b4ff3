import { describe, expect, it } from "vitest";
// From dist, because its children are started from there.
import { runBench } from "../dist/harness/run-bench.js";
import { payloads } from "../src/scenarios/payload.js";
import { unary } from "../src/scenarios/unary.js";
import { QUICK } from "../src/settings.js";
import { rawNet } from "../src/systems/raw-net.js";

describe("a system that fails", () => {
  it("is reported, run by run, and the others are measured", { timeout: 20_000 }, async () => {
    const report = await runBench({
      systems: [{ ...rawNet, name: "telex" }, rawNet],
      scenarios: [unary, ...payloads.slice(0, 1)],
      settings: { ...QUICK, warmup: 1, duration: 5, payloadDuration: 1 },
      quick: true,
      runs: 2,
      budget: 20_000,
      progress: () => {},
    });
    const error = 'telex server: no system is called "telex"';
    expect(report.failures).toEqual([
      { system: "telex", scenario: "unary", run: 1, error },
      { system: "telex", scenario: "payload-1KiB", run: 1, error },
      { system: "telex", scenario: "unary", run: 2, error },
      { system: "telex", scenario: "payload-1KiB", run: 2, error },
    ]);
    expect(report.records.map(({ system, metric }) => `${system} ${metric}`)).toEqual([
      "raw-net p50",
      "raw-net p99",
      "raw-net throughput",
      "raw-net time",
    ]);
  });

  it("has run out of time when it takes longer than it may", { timeout: 20_000 }, async () => {
    const report = await runBench({
      systems: [rawNet],
      scenarios: [unary],
      settings: { ...QUICK, duration: 5_000, timeout: 1_000 },
      quick: true,
      runs: 1,
      budget: 20_000,
      progress: () => {},
    });
    expect(report.failures).toHaveLength(1);
    // Which of the two is late depends on how busy the machine is.
    expect(report.failures[0]?.error).toMatch(/^raw-net (client|server): no answer in 1000 ms$/);
  });
});
