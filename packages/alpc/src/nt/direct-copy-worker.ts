import { parentPort, workerData } from "node:worker_threads";
import { loadAlpcLibrary } from "./alpc-library.js";
import { getWord } from "./attribute-buffer.js";
import type { CopyJob, CopyResult } from "./direct-copier.js";
import { dataView, ownMemory } from "./structures.js";

/** The thread behind DirectCopier. */
const alpc = loadAlpcLibrary(workerData);
const done = ownMemory(8);

function copy({ id, operation, port, header, index, local, size }: CopyJob): CopyResult {
  done.fill(0);
  const call = operation === "read" ? alpc.NtReadRequestData : alpc.NtWriteRequestData;
  const status = call(port, header, index, local, size, done);
  return { id, status, done: getWord(dataView(done), 0) };
}

parentPort?.on("message", (job: CopyJob) => parentPort?.postMessage(copy(job)));
