import { setTimeout as delay } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { Labour } from "../gen/labour.js";

/** How such a worker calls, and when it ends itself, in milliseconds; null: somebody else does that. */
export interface CallingWorkerData {
  readonly binding: string;
  readonly isBlocking: boolean;
  readonly exitAfter: number | null;
}

/** Calls without end, and says once that it does. */
const { binding, isBlocking, exitAfter }: CallingWorkerData = workerData;
const client = await Labour.connect(binding);
if (exitAfter !== null) {
  setTimeout(() => process.exit(0), exitAfter);
}
parentPort?.postMessage("calling");
for (let i = 0; ; i++) {
  const octets = Buffer.alloc(i % 10 === 0 ? 100_000 : 30, i);
  if (isBlocking) {
    client.sync.burn(0);
    client.sync.echo(octets);
  } else {
    await Promise.all([client.burn(0), client.burn(0), client.echo(octets)]);
  }
  if (i % 8 === 0) {
    await delay(1);
  }
}
