import { percentile } from "../harness/statistics.js";
import type { PairScenario } from "../scenario.js";
import { samplePayload } from "./sample-payload.js";

const SIZE = 64;
const MOST_CALLS = 500_000;

/** One call after the other. */
export const unary: PairScenario = {
  kind: "pair",
  name: "unary",
  title: "64 B echo, one call after the other",
  metrics: [
    { name: "p50", unit: "µs", better: "lower" },
    { name: "p99", unit: "µs", better: "lower" },
  ],
  note: "Round trip as the client awaits it.",
  fresh: false,
  async measure({ channel, settings }) {
    const payload = samplePayload(SIZE);
    const warm = performance.now() + settings.warmup;
    while (performance.now() < warm) {
      await channel.echo(payload);
    }
    const times = new Float64Array(MOST_CALLS);
    const end = performance.now() + settings.duration;
    let calls = 0;
    for (let before = performance.now(); before < end && calls < MOST_CALLS; calls++) {
      await channel.echo(payload);
      const after = performance.now();
      times[calls] = (after - before) * 1_000;
      before = after;
    }
    const sorted = times.subarray(0, calls).sort();
    return { p50: percentile(sorted, 50), p99: percentile(sorted, 99) };
  },
};
