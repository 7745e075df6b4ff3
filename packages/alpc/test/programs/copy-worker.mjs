// Stands in for direct-memory-worker: answers each job after the milliseconds that its address says, or fails.
import { parentPort } from "node:worker_threads";

const cell = new Int32Array(new SharedArrayBuffer(4));
parentPort.on("message", ({ address }) => {
  if (address === 0xdeadn) throw new Error("the thread is broken");
  Atomics.wait(cell, 0, 0, Number(address));
  parentPort.postMessage(null);
});
