import { GCProfiler, getHeapStatistics } from "node:v8";

/**
 * Octets that this isolate allocates, on V8's heap and outside of it (array buffers). V8 of Node 20 keeps no such counter, so
 * it is made from two that it has: what is in use grows between two collections by what is allocated, and the collector's
 * profile tells what was in use before and after each of them. What a sweep running beside the program frees is missing.
 */
export class AllocationCounter {
  readonly #profiler = new GCProfiler();
  readonly #start: number;

  constructor() {
    this.#profiler.start();
    const { used_heap_size, external_memory } = getHeapStatistics();
    this.#start = used_heap_size + external_memory;
  }

  /** Octets since the construction; ends the counting. */
  end(): number {
    const { used_heap_size, external_memory } = getHeapStatistics();
    const { statistics } = this.#profiler.stop();
    const collections = statistics.map(({ beforeGC, afterGC }) => ({
      before: inUse(beforeGC.heapStatistics),
      after: inUse(afterGC.heapStatistics),
    }));
    return allocatedBetween(this.#start, collections, used_heap_size + external_memory);
  }
}

/** The sum of the growths. Collections in the order in which they took place; all numbers are octets in use. */
export function allocatedBetween(
  start: number,
  collections: readonly { readonly before: number; readonly after: number }[],
  end: number,
): number {
  let allocated = 0;
  let last = start;
  for (const { before, after } of collections) {
    allocated += Math.max(0, before - last);
    last = after;
  }
  return allocated + Math.max(0, end - last);
}

function inUse(statistics: { usedHeapSize: number; externalMemory: number }): number {
  return statistics.usedHeapSize + statistics.externalMemory;
}
