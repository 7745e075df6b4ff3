import { type Report, Results } from "../src/report/results.js";
import { clients } from "../src/scenarios/clients.js";
import { startUp } from "../src/scenarios/start-up.js";
import { unary } from "../src/scenarios/unary.js";
import { QUICK } from "../src/settings.js";

export const SAMPLE_SCENARIOS = [unary, clients, startUp];

export const SAMPLE_SYSTEMS = [
  { name: "ncalrpc", description: "ours", kind: "ours" },
  { name: "pigeon", description: "post & <packet>", kind: "peer" },
  { name: "kernel", description: "floor", kind: "floor" },
] as const;

/** Figures made up for the look of the reports: two runs, one failure, one scenario that a system cannot do. */
export function sampleReport(): Report {
  const results = new Results();
  results.add(1, "ncalrpc", "unary", { mean: 40, p50: 38, p99: 90, "client CPU": 3 });
  results.add(2, "ncalrpc", "unary", { mean: 50, p50: 48, p99: 110, "client CPU": 4 });
  results.add(1, "ncalrpc", "clients", { "1 client": 20_000, "10 clients": 30_000, "1,000 clients": 27_000 });
  results.add(2, "ncalrpc", "clients", { "1 client": 22_000, "10 clients": 32_000, "1,000 clients": 28_000 });
  results.add(1, "ncalrpc", "start-up", { client: 60, server: 80 });
  results.add(2, "ncalrpc", "start-up", { client: 70, server: 90 });
  results.add(1, "pigeon", "unary", { mean: 400, p50: 380, p99: 12_345 });
  results.add(2, "pigeon", "unary", {});
  results.add(1, "pigeon", "clients", { "1 client": 2_000, "10 clients": 3_000 });
  results.add(2, "pigeon", "clients", { "1 client": 2_000, "10 clients": 3_000 });
  results.add(1, "pigeon", "start-up", { client: 120, server: Number.NaN });
  results.add(2, "pigeon", "start-up", { client: 210, server: Number.NaN });
  results.add(1, "kernel", "unary", { mean: 20, p50: 19, p99: 30 });
  results.add(2, "kernel", "unary", { mean: 20, p50: 19, p99: 33 });
  return {
    format: 2,
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
      compiler: "cc 1.0",
      commit: "abc1234",
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
    unavailable: [{ system: "kernel", scenario: "start-up", reason: "it is always there" }],
    failures: [{ system: "pigeon", scenario: "unary", run: 2, error: "a hawk" }],
  };
}
