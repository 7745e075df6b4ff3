import type { Metric, Scenario } from "../scenario.js";
import { PERCENTILES, percentileName } from "../tasks/latency.js";
import { COST_METRICS, measureCost } from "./cost.js";

/** Columns of the table; the other points of the distribution are drawn only. */
const COLUMNS = [50, 99, 99.9];

function point(percent: number): Metric {
  const name = percentileName(percent);
  return {
    name,
    unit: "µs",
    better: "lower",
    ...(COLUMNS.includes(percent) ? {} : { show: "plot" }),
    ...(percent === 99 ? { compared: true } : {}),
    // So that 90 %, 99 % and 99.9 % are as far apart.
    sweep: { group: "distribution", at: 100 / (100 - percent), label: `${percent} %` },
  };
}

/** One call after the other. */
export const unary: Scenario = {
  name: "unary",
  title: "64 B echo, one call after the other",
  note:
    "Round trip as the client awaits it: first with a clock around each call (percentiles, maximum), then without (mean). " +
    "In the second part the processor time (user and system, all threads) and the octets allocated (V8's heap and array " +
    "buffers, from V8's counters before and after each garbage collection) are counted on each side; what the system's " +
    "native code allocates is not seen. The client's loop is counted with it: one `await` per call.",
  metrics: [
    { name: "mean", unit: "µs", better: "lower", compared: true },
    ...PERCENTILES.map(point),
    { name: "max", unit: "µs", better: "lower" },
    ...COST_METRICS,
  ],
  clients: 1,
  fresh: false,
  expected: (settings) => settings.warmup + 1.5 * settings.duration,
  async measure(stage, settings) {
    const { warmup, duration } = settings;
    const latencies = await stage.client.perform({ kind: "latency", warmup, duration });
    const { seconds, calls, ...cost } = await measureCost(stage, 1, 0, duration / 2);
    return { ...latencies, mean: (seconds / calls) * 1e6, ...cost };
  },
};
