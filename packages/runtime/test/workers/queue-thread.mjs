// Puts `count` numbered messages into a queue, or takes messages out until it is told that there are no more.
import { parentPort, workerData } from "node:worker_threads";
import { MAX_QUEUED_OCTETS, SharedQueue } from "../../dist/workers/shared-queue.js";

const { memory, kind, id, count } = workerData;
const queue = new SharedQueue(memory);

if (kind === "producer") {
  for (let i = 0; i < count; i++) {
    const length = (i * 37) % 200;
    const body = Buffer.alloc(length, i & 0xff);
    while (!queue.push(id, i, length, Buffer.alloc(0), body)) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
  parentPort.postMessage("done");
} else {
  const seen = [];
  const entry = { connection: 0, token: 0, slot: 0, length: 0, octets: Buffer.alloc(MAX_QUEUED_OCTETS) };
  for (;;) {
    if (!queue.pop(entry, 0)) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      continue;
    }
    if (entry.connection < 0) {
      break;
    }
    const { length, octets } = entry;
    const isWhole =
      length === entry.slot && octets.subarray(0, length).every((octet) => octet === (entry.token & 0xff));
    seen.push([entry.connection, isWhole ? entry.token : -1]);
  }
  parentPort.postMessage(seen);
}
