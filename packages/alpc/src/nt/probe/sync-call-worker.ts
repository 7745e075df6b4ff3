import { parentPort, workerData } from "node:worker_threads";
import { loadAlpcLibrary } from "../alpc-library.js";
import { MessageFlags } from "../layout/flags.js";
import { PORT_MESSAGE } from "../layout/port-structures.js";
import { dataView, ownMemory, writeHeader } from "../structures.js";
import type { SyncCall, SyncOutcome } from "./sync-call.js";

/** One synchronous request: this thread stands still until it has been answered, cancelled, or timed out. */
const { library, port, milliseconds }: SyncCall = workerData;
const message = ownMemory(PORT_MESSAGE.size);
writeHeader(dataView(message), 0, 0, 0);
const answer = ownMemory(0x1_0000);
const capacity = ownMemory(8);
capacity.writeBigUInt64LE(BigInt(answer.length));
const timeout = ownMemory(8);
timeout.writeBigInt64LE(BigInt(milliseconds * -10_000));
const status = loadAlpcLibrary(library).NtAlpcSendWaitReceivePort(
  port,
  MessageFlags.SYNC_REQUEST,
  message,
  null,
  answer,
  capacity,
  null,
  timeout,
);
const outcome: SyncOutcome = { status, type: status === 0 ? answer.readUInt16LE(PORT_MESSAGE.Type) : 0 };
parentPort?.postMessage(outcome);
