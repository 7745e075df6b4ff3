import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Census } from "./dist/programs/terminate-workers.js";
import { useEndpointDirectory } from "./dist/server-process.js";

const program = fileURLToPath(new URL("./dist/programs/terminate-workers.js", import.meta.url));

/** Worker threads that call are ended at any instant, and the process that they were part of goes on. */
export function terminatedWorkersSuite(count: number, timeout: number): void {
  let directory: ReturnType<typeof useEndpointDirectory>;

  beforeAll(() => {
    directory = useEndpointDirectory();
  });

  afterAll(() => directory[Symbol.dispose]());

  it.each(["on", "off"])(
    "leave no descriptor and no mapping, and disturb nobody when they are terminated, completion list %s",
    async (list) => {
      const { stdout } = await promisify(execFile)(process.execPath, [program, String(count)], {
        env: { ...process.env, NCALRPC_COMPLETION_LIST: list },
        timeout,
      });
      const census: Census = JSON.parse(stdout);
      expect(census.connections).toBe(1);
      // Threads of Node's own have descriptors too: what is left must not grow with the number of workers.
      expect(census.descriptorsAfter - census.descriptorsBefore).toBeLessThan(25);
      // At most the bystander's completion list, at both ends.
      expect(census.mappingsAfter).toBeLessThanOrEqual(2);
      expect(census.bystanderCalls).toBeGreaterThan(count);
    },
    timeout,
  );
}
