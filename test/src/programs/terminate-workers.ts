import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { RpcServer } from "@ncalrpc/runtime";
import { Labour } from "../gen/labour.js";
import type { CallingWorkerData } from "./calling-worker.js";

/** What is left when so many workers, which were calling this very process, have been ended at any instant. */
export interface Census {
  readonly descriptorsBefore: number;
  readonly descriptorsAfter: number;
  /** Of sections and completion lists. */
  readonly mappingsBefore: number;
  readonly mappingsAfter: number;
  readonly connections: number;
  /** Calls of another connection of this process meanwhile. */
  readonly bystanderCalls: number;
}

const binding = "ncalrpc:[terminated]";
/** Workers at a time. */
const AT_ONCE = 4;
const LONGEST_LIFE = 20;
/** The first ones load what stays. */
const FIRST = 4;

const server = new RpcServer({ endpoint: binding });
server.register(Labour, {
  burn: () => 1,
  sleep: () => ({ wasCancelled: false }),
  fail: () => 0,
  whoAmI: () => ({ user: "", pid: 0, object: null }),
  echo: (data) => ({ reply: data }),
  die: () => {},
});
await server.listen();
const bystander = await Labour.connect(binding);
let bystanderCalls = 0;
let isOver = false;
const calling = callOn();
await end(FIRST);
const descriptorsBefore = countDescriptors();
const mappingsBefore = countMappings();
await end(Number(process.argv[2]) - FIRST);
const descriptorsAfter = countDescriptors();
const mappingsAfter = countMappings();
isOver = true;
await calling;
const census: Census = {
  descriptorsBefore,
  descriptorsAfter,
  mappingsBefore,
  mappingsAfter,
  connections: server.connectionCount,
  bystanderCalls,
};
await bystander.close();
await server.close();
process.stdout.write(JSON.stringify(census));

async function callOn(): Promise<void> {
  while (!isOver) {
    await bystander.burn(0);
    bystanderCalls++;
    await delay(1);
  }
}

async function end(count: number): Promise<void> {
  let left = count;
  const next = async (): Promise<void> => {
    while (left > 0) {
      await endOne(left--);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  // The server learns of their ends from its sockets.
  const deadline = performance.now() + 10_000;
  while (server.connectionCount > 1 && performance.now() < deadline) {
    await delay(10);
  }
}

async function endOne(number: number): Promise<void> {
  const exitAfter = number % 3 === 0 ? Math.random() * LONGEST_LIFE : null;
  const workerData: CallingWorkerData = { binding, isBlocking: number % 4 === 0, exitAfter };
  const worker = new Worker(new URL("./calling-worker.js", import.meta.url), { workerData });
  await new Promise<void>((resolve, reject) => {
    worker.once("exit", () => resolve());
    worker.once("error", reject);
    worker.once("message", () => {
      if (exitAfter === null) {
        setTimeout(() => void worker.terminate(), Math.random() * LONGEST_LIFE);
      }
    });
  });
}

function countDescriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

function countMappings(): number {
  const maps = readFileSync("/proc/self/maps", "utf8").split("\n");
  return maps.filter((line) => line.includes("ncalrpc")).length;
}
