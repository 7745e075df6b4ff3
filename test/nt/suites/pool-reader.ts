// A thread with an event loop of its own: reads a file again and again through libuv's pool, which all threads of the process share.
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";

parentPort?.on("message", async (count: number) => {
  const milliseconds: number[] = [];
  for (let i = 0; i < count; i++) {
    const started = performance.now();
    await readFile(workerData);
    milliseconds.push(performance.now() - started);
    await delay(2);
  }
  parentPort?.postMessage(milliseconds.sort((a, b) => a - b)[count >> 1]);
});
