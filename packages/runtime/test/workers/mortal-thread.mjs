// A worker that begins and answers calls until it is terminated, as fast as it can, waking nobody.
import { workerData } from "node:worker_threads";
import { PoolMemory } from "../../dist/workers/pool-memory.js";

const { handles, worker } = workerData;
const memory = new PoolMemory(handles);
for (;;) {
  const slot = memory.begin(worker);
  if (slot >= 0) {
    const { octets, start } = { octets: memory.records.octets, start: memory.records.start(slot) };
    octets.set(octets.subarray(start, start + 8), start + 8);
    memory.answer(slot, worker, 16);
  }
}
