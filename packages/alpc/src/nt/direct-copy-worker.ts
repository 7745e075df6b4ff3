import { parentPort, workerData } from "node:worker_threads";
import { loadAlpcLibrary } from "./alpc-library.js";
import { getWord } from "./attribute-buffer.js";
import type { CopyJob, CopyResult } from "./direct-copier.js";
import { PROCESS_VM_CHANGE, PROCESS_VM_READ } from "./layout/access-rights.js";
import { Status } from "./layout/status.js";
import { isSuccess } from "./nt-status.js";
import { dataView, objectAttributes, ownMemory } from "./structures.js";
import { systemLibrary } from "./system-library.js";

/** The thread behind DirectCopier. */
const alpc = loadAlpcLibrary(workerData);
const system = systemLibrary();
const done = ownMemory(8);
const process = ownMemory(8);
const noName = objectAttributes().bytes;

/** Newer systems may keep NtReadRequestData from user mode (fact sheet 8.12): then the sender's process is asked, if it lets us. */
function copy(job: CopyJob): CopyResult {
  done.fill(0);
  let status = copyRequestData(job);
  if (status === Status.ACCESS_DENIED) status = copyProcessMemory(job);
  return { id: job.id, status, done: getWord(dataView(done), 0) };
}

function copyRequestData({ operation, port, header, index, local, size }: CopyJob): number {
  const call = operation === "read" ? alpc.NtReadRequestData : alpc.NtWriteRequestData;
  return call(port, header, index, local, size, done);
}

/** The handle is of the very process that sent the message, which must still be open. */
function copyProcessMemory({ operation, port, header, address, local, size }: CopyJob): number {
  const access = operation === "read" ? PROCESS_VM_READ : PROCESS_VM_CHANGE;
  const opened = alpc.NtAlpcOpenSenderProcess(process, port, header, 0, access, noName);
  if (!isSuccess(opened)) return opened;
  const sender = getWord(dataView(process), 0);
  const call = operation === "read" ? system.NtReadVirtualMemory : system.NtWriteVirtualMemory;
  const status = call(sender, address, local, size, done);
  system.NtClose(sender);
  return status;
}

parentPort?.on("message", (job: CopyJob) => parentPort?.postMessage(copy(job)));
