import { describe, expect, it } from "vitest";
import { type Report, Results } from "../src/report/results.js";
import { checkTargets, TARGETS } from "../src/report/targets.js";
import type { ScenarioName, Values } from "../src/scenario.js";
import { SCENARIOS } from "../src/scenarios/index.js";
import { sampleReport } from "./sample-report.js";

type Measured = readonly (readonly [system: string, scenario: ScenarioName, values: Values])[];

function reportOf(...runs: readonly Measured[]): Report {
  const results = new Results();
  runs.forEach((run, index) => {
    for (const [system, scenario, values] of run) {
      results.add(index + 1, system, scenario, values);
    }
  });
  const systems = new Set(runs.flatMap((run) => run.map(([system]) => system)));
  return { ...sampleReport(), records: results.records([...systems], SCENARIOS) };
}

/** The first promise whose text begins so. */
function check(report: Report, beginning: string) {
  return checkTargets(report).find(({ what }) => what.startsWith(beginning));
}

describe("targets", () => {
  it("are not met or broken by what was not measured", () => {
    const results = checkTargets(reportOf());
    expect(results).toHaveLength(TARGETS.length);
    expect(results.filter(({ met, measured }) => met !== null || measured !== null)).toEqual([]);
  });

  it("compare within the runs", () => {
    const run = (ours: number, floor: number): Measured => [
      ["ncalrpc", "unary", { mean: ours }],
      ["c-seqpacket", "unary", { mean: floor }],
    ];
    // 0.1, 0.2 and 0.5; the medians of each side would give 2 / 10.
    const report = reportOf(run(1, 10), run(2, 10), run(50, 100));
    expect(check(report, "64 B awaited: mean, as a share")).toMatchObject({ measured: 0.2, met: true });
  });

  it("take a bound from below as one", () => {
    const rate = (calls: number) => reportOf([["ncalrpc", "in-flight", { rate: calls }]]);
    expect(check(rate(500_000), "64 in flight: rate")).toMatchObject({ met: true });
  });

  it("look at the slower direction", () => {
    const report = reportOf([
      ["ncalrpc-one-copy", "payload", { "upload 1 MiB": 900, "download 1 MiB": 500 }],
      ["c-memcpy", "payload", { "upload 1 MiB": 1_000, "download 1 MiB": 1_000 }],
    ]);
    expect(check(report, "1 MiB")).toMatchObject({ measured: 0.5, met: false });
  });

  it("know times from bandwidths where a view is to cost the same at any size", () => {
    // 1,024 times the octets in twice the time: half of the time's ratio is bandwidth's.
    const values = { "download 64 KiB": 1_000, "download 64 MiB": 512_000 };
    expect(check(reportOf([["ncalrpc-view", "payload", values]]), "sealed view")).toMatchObject({
      measured: 2,
      met: false,
    });
  });

  it("take the worst number of clients", () => {
    const rates = { "1 client": 100, "10 clients": 150, "100 clients": 90, "1,000 clients": 85 };
    expect(check(reportOf([["ncalrpc", "clients", rates]]), "the worst")).toMatchObject({
      measured: 0.85,
      met: true,
    });
  });
});
