import { expect, test } from "vitest";
import { MAX_POOLED_CALLS } from "../../src/workers/pool-memory.js";
import { pooledCallId, slotOf } from "../../src/workers/pooled-call-id.js";

test("ids name a place, differ from call to call, and fit into 31 bits", () => {
  const generations = [0, 1, 2, 2 ** 21 - 1];
  for (const slot of [0, 1, MAX_POOLED_CALLS - 1]) {
    const ids = generations.map((generation) => pooledCallId(slot, generation));
    expect(ids.map(slotOf)).toEqual(generations.map(() => slot));
    expect(new Set(ids).size).toBe(generations.length);
    expect(Math.max(...ids)).toBeLessThan(2 ** 31);
  }
  expect(pooledCallId(5, 2 ** 21)).toBe(pooledCallId(5, 0));
});
