import type { WorkerThread } from "./worker-thread.js";

/** The worker, from 1 on, that `loads` names least often; 0 among them is nobody's. One that does not serve comes last. */
export function leastLoaded(
  threads: readonly Pick<WorkerThread, "isReady">[],
  loads: Iterable<number>,
): number {
  const counts: number[] = threads.map(({ isReady }) => (isReady ? 0 : 1_000_000));
  for (const worker of loads) {
    if (worker > 0) {
      counts[worker - 1] = (counts[worker - 1] ?? 0) + 1;
    }
  }
  return counts.indexOf(Math.min(...counts)) + 1;
}
