import type { Scenario } from "../scenario.js";
import { COST_METRICS, measureCost } from "./cost.js";

const DEPTH = 64;

/** A constant number of outstanding calls on one connection. */
export const inFlight: Scenario = {
  name: "in-flight",
  title: "64 B echo, 64 calls in flight on one connection",
  note: "The client keeps 64 calls going, each awaited by a loop of its own. CPU is user and system time of all threads.",
  metrics: [
    { name: "rate", unit: "calls/s", better: "higher", compared: true },
    { name: "CPU", unit: "µs/call, both sides", better: "lower", compared: true },
    ...COST_METRICS,
  ],
  clients: 1,
  fresh: false,
  expected: (settings) => settings.warmup + settings.duration,
  async measure(stage, settings) {
    const { calls, seconds, ...cost } = await measureCost(stage, DEPTH, settings.warmup, settings.duration);
    return { rate: calls / seconds, CPU: cost["client CPU"] + cost["server CPU"], ...cost };
  },
};
