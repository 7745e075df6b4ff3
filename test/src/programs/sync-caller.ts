// A worker thread that calls a probe server synchronously, and tells what it got.
import { parentPort, workerData } from "node:worker_threads";
import { Probe } from "../gen/probe.js";

const client = await Probe.connect(String(workerData));
const sums: number[] = [];
for (let i = 0; i < 100; i++) {
  sums.push(client.sync.add(i, i));
}
parentPort?.postMessage({ sums, received: client.sync.upload(new Uint8Array(200_000)).received });
await client.close();
