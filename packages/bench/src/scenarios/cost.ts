import type { Stage } from "../harness/stage.js";
import type { Metric } from "../scenario.js";

/** Before what is counted begins: the task has to arrive. */
const LEAD = 20;

export interface Cost {
  readonly calls: number;
  readonly seconds: number;
  readonly "client CPU": number;
  readonly "server CPU": number;
  readonly "client allocates": number;
  readonly "server allocates": number;
}

export const COST_METRICS: readonly Metric[] = [
  { name: "client CPU", unit: "µs/call", better: "lower" },
  { name: "server CPU", unit: "µs/call", better: "lower" },
  { name: "client allocates", unit: "B/call", better: "lower" },
  { name: "server allocates", unit: "B/call", better: "lower" },
];

/** What calls with `depth` of them in flight on one connection cost each side. Times are milliseconds. */
export async function measureCost(
  stage: Stage,
  depth: number,
  warmup: number,
  duration: number,
): Promise<Cost> {
  const load = async (milliseconds: number) => {
    const from = performance.timeOrigin + performance.now() + LEAD;
    return await stage.client.perform({
      kind: "load",
      connections: 1,
      depth,
      from: 0,
      until: from + milliseconds,
    });
  };
  if (warmup > 0) {
    await load(warmup);
  }
  const serverBefore = await stage.serverStatus({ allocations: "begin" });
  const clientBefore = await stage.client.status({ allocations: "begin" });
  const { all = 0, calls = 0, seconds = 0 } = await load(duration);
  const clientAfter = await stage.client.status({ allocations: "end" });
  const serverAfter = await stage.serverStatus({ allocations: "end" });
  return {
    calls,
    seconds,
    "client CPU": (clientAfter.cpu - clientBefore.cpu) / all,
    "server CPU": (serverAfter.cpu - serverBefore.cpu) / all,
    "client allocates": clientAfter.allocated / all,
    "server allocates": serverAfter.allocated / all,
  };
}
