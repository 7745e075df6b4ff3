import { median } from "../harness/statistics.js";
import type { ScenarioName } from "../scenario.js";
import { clientsMetric } from "../scenarios/clients.js";
import { formatSize, payloadMetric } from "../scenarios/payload-metrics.js";
import { medianRatio, REFERENCE, type Report } from "./results.js";

const MIB = 1_024 * 1_024;
const KIB = 1_024;

/** A promise about one number. */
export interface Target {
  readonly what: string;
  readonly bound: "at most" | "at least";
  readonly value: number;
  readonly unit: string;
  /** Null where this bench did not measure it. */
  measured(report: Report): number | null;
}

export interface TargetResult {
  readonly what: string;
  readonly bound: Target["bound"];
  readonly value: number;
  readonly unit: string;
  readonly measured: number | null;
  /** Null where it was not measured. */
  readonly met: boolean | null;
}

type Place = readonly [system: string, scenario: ScenarioName, metric: string];

function runsOf(report: Report, [system, scenario, metric]: Place): readonly (number | null)[] {
  const record = report.records.find(
    (entry) => entry.system === system && entry.scenario === scenario && entry.metric === metric,
  );
  return record?.runs ?? [];
}

function figure(place: Place): Target["measured"] {
  return (report) => {
    const values = runsOf(report, place).filter((value) => value !== null);
    return values.length === 0 ? null : median(values);
  };
}

/** The median of the ratios within the runs. */
function ratio(over: Place, under: Place): Target["measured"] {
  return (report) => medianRatio(runsOf(report, over), runsOf(report, under));
}

/** The worst of several; null where one of them was not measured. */
function worst(choose: "min" | "max", parts: readonly Target["measured"][]): Target["measured"] {
  return (report) => {
    const values = parts.map((part) => part(report));
    return values.every((value) => value !== null) ? Math[choose](...values) : null;
  };
}

const BOTH_WAYS = ["upload", "download"] as const;

/** How many times the one's bandwidth is the other's, in the direction in which that is less. */
function bandwidth(ours: string, other: string, size: number): Target["measured"] {
  const parts = BOTH_WAYS.map((direction) => {
    const metric = payloadMetric(direction, size);
    return ratio([ours, "payload", metric], [other, "payload", metric]);
  });
  return worst("min", parts);
}

/** Each way to move octets beside the least that it takes: as many copies, into memory of the same kind. */
function copyTargets(size: number): Target[] {
  const what = `${formatSize(size)}, the slower of upload and download`;
  const share = { bound: "at least", value: 0.8, unit: "×" } as const;
  return [
    {
      ...share,
      what: `${what}, one copy (array to section, or sealed memory to array): share of a memcpy's bandwidth`,
      measured: bandwidth("ncalrpc-one-copy", "c-memcpy", size),
    },
    {
      ...share,
      what: `${what}, array to array used before: share of two processes' in C, which copy in and out`,
      measured: bandwidth("ncalrpc-reuse", "c-memcpy-across", size),
    },
    {
      ...share,
      what: `${what}, array to new memory (the default): share of a memcpy's bandwidth into such memory`,
      measured: bandwidth(REFERENCE, "c-memcpy-new", size),
    },
  ];
}

/** The promises of this project about its speed, in the order in which they are printed. */
export const TARGETS: readonly Target[] = [
  {
    what: "64 B awaited: mean, as a share of the C seqpacket ping-pong",
    bound: "at most",
    value: 1 / 5,
    unit: "×",
    measured: ratio([REFERENCE, "unary", "mean"], ["c-seqpacket", "unary", "mean"]),
  },
  {
    what: "64 B awaited: grpc-js takes so many times as long",
    bound: "at least",
    value: 150,
    unit: "×",
    measured: ratio(["grpc-js", "unary", "mean"], [REFERENCE, "unary", "mean"]),
  },
  {
    what: "64 B awaited: mean, in times of the C shared-memory spin",
    bound: "at most",
    value: 16,
    unit: "×",
    measured: ratio([REFERENCE, "unary", "mean"], ["c-shared-memory", "unary", "mean"]),
  },
  {
    what: "64 in flight: rate",
    bound: "at least",
    value: 500_000,
    unit: "calls/s",
    measured: figure([REFERENCE, "in-flight", "rate"]),
  },
  {
    what: "64 in flight: rate, in times of grpc-js's",
    bound: "at least",
    value: 150,
    unit: "×",
    measured: ratio([REFERENCE, "in-flight", "rate"], ["grpc-js", "in-flight", "rate"]),
  },
  {
    what: "64 in flight: processor time of both sides",
    bound: "at most",
    value: 4,
    unit: "µs/call",
    measured: figure([REFERENCE, "in-flight", "CPU"]),
  },
  {
    what: "client.sync on the ring, in times of the awaited call",
    bound: "at most",
    value: 1.3,
    unit: "×",
    measured: ratio(["ncalrpc-sync", "unary", "mean"], [REFERENCE, "unary", "mean"]),
  },
  {
    what: "client.sync on the socket, in times of the C seqpacket ping-pong",
    bound: "at most",
    value: 1.2,
    unit: "×",
    measured: ratio(["ncalrpc-socket-sync", "unary", "mean"], ["c-seqpacket", "unary", "mean"]),
  },
  {
    what: "every processor busy: mean, in times of the same without spinning",
    bound: "at most",
    value: 1.3,
    unit: "×",
    measured: ratio([REFERENCE, "contention", "mean"], ["ncalrpc-no-spin", "contention", "mean"]),
  },
  {
    what: "every processor busy, without completion lists: mean, in times of the same without spinning",
    bound: "at most",
    value: 1.3,
    unit: "×",
    measured: ratio(
      ["ncalrpc-socket", "contention", "mean"],
      ["ncalrpc-socket-no-spin", "contention", "mean"],
    ),
  },
  ...copyTargets(MIB),
  ...copyTargets(64 * MIB),
  {
    what: "64 MiB, the slower of upload and download, one copy: bandwidth in times of grpc-js's",
    bound: "at least",
    value: 30,
    unit: "×",
    measured: bandwidth("ncalrpc-one-copy", "grpc-js", 64 * MIB),
  },
  {
    what: "sealed view: time at 64 MiB, in times of that at 64 KiB",
    bound: "at most",
    value: 1.5,
    unit: "×",
    measured: (report) => {
      // Both are MiB a second.
      const place = (size: number): Place => ["ncalrpc-view", "payload", payloadMetric("download", size)];
      const rates = medianRatio(runsOf(report, place(64 * KIB)), runsOf(report, place(64 * MIB)));
      return rates === null ? null : rates * 1_024;
    },
  },
  {
    what: "1,000 idle connections: processor time",
    bound: "at most",
    value: 1,
    unit: "% of a core",
    measured: figure([REFERENCE, "idle", "CPU"]),
  },
  {
    what: "1,000 idle connections: memory of both ends and the kernel, each",
    bound: "at most",
    value: 24,
    unit: "KiB",
    measured: figure([REFERENCE, "idle", "memory"]),
  },
  {
    what: "the worst of 10, 100 and 1,000 busy clients: throughput in times of one client's",
    bound: "at least",
    value: 0.8,
    unit: "×",
    measured: worst(
      "min",
      [10, 100, 1_000].map((count) =>
        ratio([REFERENCE, "clients", clientsMetric(count)], [REFERENCE, "clients", clientsMetric(1)]),
      ),
    ),
  },
  {
    what: "quiet client beside two that flood: p99, in times of its p99 alone",
    bound: "at most",
    value: 10,
    unit: "×",
    measured: figure([REFERENCE, "fairness", "p99 beside / alone"]),
  },
];

export function checkTargets(report: Report, targets: readonly Target[] = TARGETS): TargetResult[] {
  return targets.map(({ what, bound, value, unit, measured: measure }) => {
    const measured = measure(report);
    const met = measured === null ? null : bound === "at most" ? measured <= value : measured >= value;
    return { what, bound, value, unit, measured, met };
  });
}
