/**
 * node pool-program.js, with UV_THREADPOOL_SIZE=1: how long it takes to read a file while this process's ports rest, wait and
 * never rest, and while it is as busy without any; as JSON, medians in milliseconds. Read by another thread, so
 * that what the event loop of this one is busy with does not count.
 */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { setImmediate as turn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { defaultKernel } from "@ncalrpc/alpc";
import { PortClient } from "../../../packages/alpc/test/port-client.js";
import { allow, startTestServer } from "../../../packages/alpc/test/programs/test-server.mjs";

const READS = 100;
const PORTS = 4;
const here = fileURLToPath(import.meta.url);
const reader = new Worker(new URL("pool-reader.js", import.meta.url), { workerData: here });
const kernel = defaultKernel();
const { user } = kernel.currentToken();

const read = async (): Promise<number> => {
  reader.postMessage(READS);
  const [median] = await once(reader, "message");
  return median;
};
/** By this thread itself: each read takes several turns of this event loop. */
const readHere = async (): Promise<number> => {
  const milliseconds: number[] = [];
  for (let i = 0; i < READS; i++) {
    const started = performance.now();
    await readFile(here);
    milliseconds.push(performance.now() - started);
  }
  return milliseconds.sort((a, b) => a - b)[READS >> 1] ?? 0;
};
/** Runs `measure` while `work` goes on in this thread. */
const during = async <T>(measure: () => Promise<T>, work: () => Promise<unknown>): Promise<T> => {
  let isOver = false;
  const busy = Array.from({ length: PORTS }, async () => {
    while (!isOver) await work();
  });
  const result = await measure();
  isOver = true;
  await Promise.all(busy);
  return result;
};
const burn = (milliseconds: number): void => {
  for (const started = performance.now(); performance.now() - started < milliseconds; );
};

await read();
const idle = await read();
const idleHere = await readHere();
const servers = Array.from({ length: PORTS }, (_, i) =>
  startTestServer(kernel, `pool-${process.pid}-${i}`, { securityDescriptor: allow(user, user) }),
);
const clients = await Promise.all(servers.map(({ name }) => PortClient.connect(kernel, name)));
const waiting = await read();
let calls = 0;
const next = () => {
  const client = clients[calls++ % PORTS];
  if (client === undefined) throw new Error("no client");
  return client.call("x");
};
const busy = await during(read, next);
const started = performance.now();
const callsBefore = calls;
let turns = 0;
const count = async () => {
  await turn();
  turns++;
};
let isCounting = true;
const counting = (async () => {
  while (isCounting) await count();
})();
const busyHere = await during(readHere, next);
isCounting = false;
await counting;
const perTurn = (performance.now() - started) / turns;
// As much to do in each turn as the ports gave, and a second thread that is as busy as the one that receives.
const burner = new Worker("for (;;);", { eval: true });
await once(burner, "online");
const work = async () => {
  burn(perTurn / PORTS);
  await turn();
};
const loaded = await during(read, work);
const loadedHere = await during(readHere, work);
await burner.terminate();
console.log(
  JSON.stringify({
    idle,
    waiting,
    busy,
    loaded,
    idleHere,
    busyHere,
    loadedHere,
    perTurn,
    calls: calls - callsBefore,
  }),
);
await reader.terminate();
for (const client of clients) client.port.close();
await Promise.all(clients.map(({ closed }) => closed));
for (const server of servers) server.close();
