/** How often something is run until its slowness is called its own. */
const times = 10;

/**
 * Milliseconds that `run` takes at least, in up to ten runs after one that took `took`; the first that stays below `limit` ends them. The
 * machine may pause us at any time and as often as it likes: only what is slow each time is slow by itself.
 */
export function leastTime(took: number, limit: number, run: () => void): number {
  let least = took;
  for (let again = 0; again < times && least >= limit; again++) {
    const start = performance.now();
    run();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}
