import { MAX_POOLED_CALLS } from "./pool-memory.js";

/** Ids are 31 bits, as LRPC has them. */
const GENERATIONS = 2 ** 31 / MAX_POOLED_CALLS;

/** What a call is named between threads: its place, and what tells it from the calls before and after it there. */
export function pooledCallId(slot: number, generation: number): number {
  return (generation % GENERATIONS) * MAX_POOLED_CALLS + slot;
}

/** The place of a call, by its id. */
export function slotOf(callId: number): number {
  return callId % MAX_POOLED_CALLS;
}
