import type { Metric, Scenario } from "../scenario.js";
import { FULL } from "../settings.js";
import { formatSize, payloadMetrics, throughput } from "./payload-metrics.js";

/** Octets of every size, both ways and there and back. */
export const payload: Scenario = {
  name: "payload",
  title: "Octets by size, one call after the other",
  note:
    "Upload: octets as a parameter of the call, answered with their length once the handler has them whole. Download: the " +
    "handler returns octets of its own that lie ready. Echo: both, counted once. Size divided by the median time of a call. " +
    "The memcpy floors copy octets of that size once, in one process.",
  metrics: payloadMetrics(FULL.payloadSizes).map(
    ({ name, direction, size }): Metric => ({
      name,
      unit: "MiB/s",
      better: "higher",
      show: "sweep",
      sweep: { group: direction, at: size, label: formatSize(size) },
    }),
  ),
  clients: 1,
  fresh: true,
  expected: (settings) =>
    3 * (settings.payloadWarmup + settings.payloadDuration) * settings.payloadSizes.length + 2_000,
  async measure({ client, system }, settings) {
    const largest = system.largestPayload?.octets ?? Number.POSITIVE_INFINITY;
    const values: Record<string, number> = {};
    for (const { name, direction, size } of payloadMetrics(settings.payloadSizes)) {
      if (size > largest || system.directions?.includes(direction) === false) {
        continue;
      }
      const { time } = await client.perform({
        kind: "payload",
        direction,
        size,
        warmup: settings.payloadWarmup,
        duration: settings.payloadDuration,
        calls: settings.payloadCalls,
      });
      if (time !== undefined) {
        values[name] = throughput(size, time);
      }
    }
    return values;
  },
};
