import type { Scenario } from "../scenario.js";

const WORK = 200;
const DEPTH = 8;
const LEAD = 100;

/** Handlers that burn processor time, served by more and more threads. */
export const workers: Scenario = {
  name: "workers",
  title: `Handlers that take ${WORK} µs of a processor`,
  note:
    `One client keeps ${DEPTH} such calls going, another one calls a 64 B echo each millisecond: how many of the first are ` +
    `served, and how long the second waits.`,
  metrics: [
    { name: "rate", unit: "calls/s", better: "higher", compared: true },
    { name: "p50 of the other", unit: "µs", better: "lower" },
    { name: "p99 of the other", unit: "µs", better: "lower" },
  ],
  clients: 2,
  fresh: true,
  systems: ["ncalrpc", "ncalrpc-workers-1", "ncalrpc-workers-2", "ncalrpc-workers-4"],
  expected: (settings) => settings.duration + settings.warmup + 800,
  async measure(stage, settings) {
    const [busy, other] = stage.clients;
    if (busy === undefined || other === undefined) {
      throw new Error("this scenario has two clients");
    }
    const from = performance.timeOrigin + performance.now() + LEAD + settings.warmup;
    const until = from + settings.duration;
    const work = busy.perform({ kind: "work", depth: DEPTH, microseconds: WORK, from, until });
    await new Promise((resolve) => setTimeout(resolve, LEAD));
    const waits = await other.perform({ kind: "paced", interval: 1, duration: settings.duration });
    const { calls = 0, seconds = 0 } = await work;
    return {
      rate: calls / seconds,
      "p50 of the other": waits.p50 ?? Number.NaN,
      "p99 of the other": waits.p99 ?? Number.NaN,
    };
  },
};
