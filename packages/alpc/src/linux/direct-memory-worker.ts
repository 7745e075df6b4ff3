import { parentPort } from "node:worker_threads";
import { loadLibC } from "./libc.js";
import { type CopyJob, copyPeerMemory } from "./process-memory-copy.js";

/** The thread of a CopyWorker: copies one job after the other, blocking as long as the peer lets it. */
const libc = loadLibC();

parentPort?.on("message", (job: CopyJob) => {
  parentPort?.postMessage(copyPeerMemory(libc, job));
});
