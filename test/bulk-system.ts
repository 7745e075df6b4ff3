import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { RequestBytes, RpcServerOptions } from "@ncalrpc/runtime";
import { afterAll, beforeAll } from "vitest";
import { useEndpointDirectory } from "./dist/server-process.js";

const program = fileURLToPath(new URL("./dist/programs/bulk-server.js", import.meta.url));

/** Gives the tests of a file a directory of endpoints of their own. */
export function useBulkEndpoints(): void {
  let directory: ReturnType<typeof useEndpointDirectory>;
  beforeAll(() => {
    directory = useEndpointDirectory();
  });
  afterAll(() => directory[Symbol.dispose]());
}

/** A server of the bulk interface in a process of its own, which listens; it is killed when it is disposed of. */
export async function startBulkServer(
  options: RpcServerOptions,
  requestBytes: RequestBytes = "owned",
): Promise<ChildProcess & Disposable> {
  const child = fork(program, [JSON.stringify(options), requestBytes]);
  const [first] = await Promise.race([once(child, "message"), once(child, "exit")]);
  if (first !== "ready") throw new Error(`the server ended with ${first}`);
  return Object.assign(child, { [Symbol.dispose]: () => void child.kill("SIGKILL") });
}
