import { availableParallelism } from "node:os";
import { BusyProcesses } from "../harness/busy-processes.js";
import type { Scenario } from "../scenario.js";

/** How calls get on where no processor is free. */
export const contention: Scenario = {
  name: "contention",
  title: "64 B echo, one call after the other, every processor busy with something else",
  note: "As many endless loops as there are processors run beside client and server, as processes of their own.",
  metrics: [
    { name: "mean", unit: "µs", better: "lower", compared: true },
    { name: "p50", unit: "µs", better: "lower" },
    { name: "p99", unit: "µs", better: "lower" },
  ],
  clients: 1,
  fresh: true,
  systems: ["ncalrpc", "ncalrpc-no-spin", "ncalrpc-socket", "ncalrpc-socket-no-spin", "raw-net", "grpc-js"],
  quickSystems: ["ncalrpc", "ncalrpc-no-spin"],
  expected: (settings) => settings.warmup + 2 * settings.duration + 400,
  async measure(stage, settings) {
    using _busy = await BusyProcesses.start(availableParallelism());
    const { warmup, duration } = settings;
    const { p50 = Number.NaN, p99 = Number.NaN } = await stage.client.perform({
      kind: "latency",
      warmup,
      duration,
    });
    const now = performance.timeOrigin + performance.now();
    const until = now + duration;
    const load = { kind: "load", connections: 1, depth: 1, from: now, until } as const;
    const { calls = 0, seconds = 0 } = await stage.client.perform(load);
    return { mean: (seconds / calls) * 1e6, p50, p99 };
  },
};
