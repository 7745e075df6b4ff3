import { setTimeout as sleep } from "node:timers/promises";
import { percentile } from "../harness/statistics.js";
import { samplePayload } from "../sample-payload.js";
import type { Values } from "../scenario.js";
import type { Channel } from "../system.js";

const SIZE = 64;
const MOST_CALLS = 2_000_000;

/** Points of the distribution, in percent. */
export const PERCENTILES = [50, 75, 90, 95, 99, 99.5, 99.9, 99.99] as const;

/** Name of a point among the values. */
export function percentileName(percent: number): string {
  return `p${percent}`;
}

export async function measureLatency(channel: Channel, warmup: number, duration: number): Promise<Values> {
  const payload = samplePayload(SIZE);
  const times = new Float64Array(MOST_CALLS);
  const callFor = async (milliseconds: number): Promise<number> => {
    let calls = 0;
    let before = performance.now();
    const end = before + milliseconds;
    while (before < end && calls < MOST_CALLS) {
      const reply = channel.call(payload);
      if (reply instanceof Promise) {
        await reply;
      }
      const after = performance.now();
      times[calls++] = after - before;
      before = after;
    }
    return calls;
  };
  await callFor(warmup);
  return distribution(times.subarray(0, await callFor(duration)));
}

/** The client sleeps between its calls, so each of them finds both sides asleep. */
export async function measurePaced(channel: Channel, interval: number, duration: number): Promise<Values> {
  const payload = samplePayload(SIZE);
  const times: number[] = [];
  const end = performance.now() + duration;
  do {
    await sleep(interval);
    const before = performance.now();
    await channel.call(payload);
    times.push(performance.now() - before);
  } while (performance.now() < end);
  return distribution(Float64Array.from(times));
}

/** Sorts the times, which are milliseconds; gives microseconds. */
function distribution(times: Float64Array): Values {
  times.sort();
  const values: Record<string, number> = { max: (times.at(-1) ?? Number.NaN) * 1_000 };
  for (const percent of PERCENTILES) {
    // A percentile of fewer calls would be the maximum under another name.
    if (times.length * (1 - percent / 100) >= 1) {
      values[percentileName(percent)] = percentile(times, percent) * 1_000;
    }
  }
  return values;
}
