import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { Handle } from "../alpc-library.js";
import { Status } from "../layout/status.js";
import type { ProbeLink, Received } from "./probe-link.js";

/** What the thread is told. */
export interface SyncCall {
  readonly library: string;
  readonly port: Handle;
  readonly milliseconds: number;
}

/** What its call came to: NTSTATUS, and PORT_MESSAGE.Type of the answer, 0 without one. */
export interface SyncOutcome {
  readonly status: number;
  readonly type: number;
}

/** Milliseconds for the thread to start and to make its call. */
const PATIENCE = 10_000;

/** Makes a synchronous request on the link's client, in a thread of its own, and hands it to `serve`. Rejects with Error if none comes. */
export async function syncCall(
  link: ProbeLink,
  library: string,
  milliseconds: number,
  serve: (request: Received) => void,
): Promise<SyncOutcome> {
  const workerData: SyncCall = { library, port: link.client, milliseconds };
  // Always the compiled file, as for the thread that receives.
  const file = new URL("../../../dist/nt/probe/sync-call-worker.js", import.meta.url);
  const worker = new Worker(file, { name: "ncalrpc probe", workerData });
  const outcome = once(worker, "message");
  const deadline = performance.now() + PATIENCE;
  let request = link.receive(link.listener);
  while (request.status === Status.TIMEOUT && performance.now() < deadline) {
    await delay(2);
    request = link.receive(link.listener);
  }
  if (request.status !== Status.SUCCESS) {
    await worker.terminate();
    throw new Error("the synchronous request did not arrive");
  }
  serve(request);
  const [result] = await outcome;
  return result;
}
