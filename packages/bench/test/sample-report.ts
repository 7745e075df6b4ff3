import { type Report, Results } from "../src/report/results.js";
import { coldStart } from "../src/scenarios/cold-start.js";
import { unary } from "../src/scenarios/unary.js";
import { QUICK } from "../src/settings.js";

export const SAMPLE_SCENARIOS = [unary, coldStart];

export const SAMPLE_SYSTEMS = [
  { name: "ncalrpc", description: "ours" },
  { name: "pigeon", description: "post & <packet>" },
  { name: "kernel", description: "floor" },
];

/** Figures made up for the look of the reports: two runs, one failure, one scenario that a system cannot do. */
export function sampleReport(): Report {
  const results = new Results();
  results.add("ncalrpc", "unary", { p50: 40, p99: 90 });
  results.add("ncalrpc", "unary", { p50: 50, p99: 110 });
  results.add("ncalrpc", "cold-start", { time: 60 });
  results.add("ncalrpc", "cold-start", { time: 70 });
  results.add("pigeon", "unary", { p50: 400, p99: 12_345 });
  results.add("pigeon", "unary", null);
  results.add("pigeon", "cold-start", { time: 120 });
  results.add("pigeon", "cold-start", { time: 210 });
  results.add("kernel", "unary", { p50: 20, p99: 30 });
  results.add("kernel", "unary", { p50: 20, p99: 33 });
  return {
    format: 1,
    started: "2026-01-02T03:04:05.000Z",
    seconds: 7,
    quick: true,
    settings: QUICK,
    runs: 2,
    machine: {
      cpu: "Test CPU",
      cores: 2,
      memory: 4,
      kernel: "Linux 6.1",
      node: "v20.0.0",
      packages: { pigeon: "1.0.0" },
    },
    loads: [
      { average: [0.1, 0.2, 0.3], busyShare: 0 },
      { average: [1, 0.5, 0.25], busyShare: 0.02 },
      { average: [2.5, 1.5, 0.75], busyShare: 0.4 },
    ],
    busy: true,
    records: results.records(
      SAMPLE_SYSTEMS.map(({ name }) => name),
      SAMPLE_SCENARIOS,
    ),
    unavailable: [{ system: "kernel", scenario: "cold-start", reason: "it is always there" }],
    failures: [{ system: "pigeon", scenario: "unary", run: 2, error: "a hawk" }],
  };
}
