// Stands in for direct-memory-worker: answers each job after the milliseconds that its address
// says; at 0xdead fails; at 0xfeed copies for ever, but stops when it is told to; at 0xca11 when the
// test says so on the channel "held copies".
import { BroadcastChannel, parentPort } from "node:worker_threads";

const cell = new Int32Array(new SharedArrayBuffer(4));
parentPort.on("message", ({ address, abandoned }) => {
  if (address === 0xdeadn) throw new Error("the thread is broken");
  if (address === 0xfeedn) {
    while (Atomics.load(abandoned, 0) === 0) Atomics.wait(cell, 0, 0, 1);
    parentPort.postMessage({ status: "CANCELLED", message: "stopped" });
    return;
  }
  if (address === 0xca11n) {
    const channel = new BroadcastChannel("held copies");
    channel.onmessage = () => {
      channel.close();
      parentPort.postMessage(null);
    };
    return;
  }
  Atomics.wait(cell, 0, 0, Number(address));
  parentPort.postMessage(null);
});
