import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { MortalWorkersReport } from "./dist/programs/mortal-workers.js";
import { useEndpointDirectory } from "./dist/server-process.js";

const program = fileURLToPath(new URL("./dist/programs/mortal-workers.js", import.meta.url));

/** How a call may end whose worker dies, before or after it has begun; what it had kept for a client is void. */
const ENDS = [
  "answered",
  "RPC_S_CALL_FAILED",
  "RPC_S_CALL_FAILED_DNE",
  "RPC_S_SERVER_UNAVAILABLE",
  "RPC_X_SS_CONTEXT_MISMATCH",
];

/**
 * A server whose workers are ended in every way and at any instant, while clients call it. Servers run side by side: as workers
 * die they are replaced after longer and longer pauses, which is most of the time that this takes.
 */
export function mortalWorkersSuite(deaths: number, seeds: readonly number[], timeout: number): void {
  let directory: ReturnType<typeof useEndpointDirectory>;

  beforeAll(() => {
    directory = useEndpointDirectory();
  });

  afterAll(() => directory[Symbol.dispose]());

  it.concurrent.each(seeds.flatMap((seed) => ["on", "off"].map((list) => [deaths, seed, list] as const)))(
    "ends no call wrongly, loses no place and leaves nothing behind: %d deaths, seed %d, completion list %s",
    async (count, seed, list) => {
      const { stdout } = await promisify(execFile)(process.execPath, [program, String(count), String(seed)], {
        env: { ...process.env, NCALRPC_COMPLETION_LIST: list },
        timeout,
      });
      const report: MortalWorkersReport = JSON.parse(stdout);
      expect(report.deaths).toBeGreaterThanOrEqual(count);
      expect(Object.keys(report.outcomes).filter((outcome) => !ENDS.includes(outcome))).toEqual([]);
      expect(report.outcomes["answered"]).toBeGreaterThan(count);
      expect(report.together).toBe(512);
      expect(report.after.threads).toBeLessThanOrEqual(report.before.threads);
      expect(report.after.descriptors).toBeLessThanOrEqual(report.before.descriptors);
      expect(report.after.mappings).toBeLessThanOrEqual(Math.max(report.before.mappings, 2));
      expect(report.threads[1]).toBeLessThanOrEqual(report.threads[0]);
    },
    timeout,
  );
}
