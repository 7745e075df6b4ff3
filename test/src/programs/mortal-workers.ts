import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { Worker } from "node:worker_threads";
import { isRpcError, onWorkerEnded, RpcServer } from "@ncalrpc/runtime";
import { Labour } from "../gen/labour.js";
import { Ledger } from "../gen/ledger.js";

/** What became of a server whose workers have been ended again and again, in any way and at any instant. */
export interface MortalWorkersReport {
  readonly deaths: number;
  /** How calls have ended: by status, or "answered"; "wrong" if an answer was not the right one. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Calls that a new client could have at the same time in the end. */
  readonly together: number;
  readonly before: Possessions;
  readonly after: Possessions;
  /** Threads of the process before the server was there, and when it was closed. */
  readonly threads: readonly [before: number, after: number];
}

interface Possessions {
  readonly threads: number;
  /** Sockets, pipes and the like. (Files that a thread was loading when it was terminated are left open by Node.) */
  readonly descriptors: number;
  /** Mappings of sections and completion lists. */
  readonly mappings: number;
}

// Others run beside this one.
const binding = `ncalrpc:[mortal-${process.pid}]`;
const WORKERS = 3;
/** Milliseconds between two deaths at most. */
const LONGEST_LIFE = 40;
/** Calls that a client may have at most, in workers. */
const MOST_CALLS = 512;

const [, , deathsWanted = "10", seed = "1"] = process.argv;
const random = randomNumbers(Number(seed));
const living = new Set<Worker>();
process.on("worker", (worker) => {
  living.add(worker);
  worker.once("exit", () => living.delete(worker));
});

// Node's own threads are there from the first use of a file on.
await readFile("/dev/null");
const threadsBefore = count().threads;
let deaths = 0;
using _counting = onWorkerEnded(() => deaths++);
const outcomes: Record<string, number> = {};
const server = new RpcServer({
  endpoint: binding,
  workers: { count: WORKERS, resourceLimits: { maxOldGenerationSizeMb: 32 } },
  limits: { maxCalls: 2_000 },
});
server.register(Labour, new URL("../labour-handlers.js", import.meta.url));
server.register(Ledger, new URL("../ledger-handlers.js", import.meta.url));
await server.listen();
let isOver = false;
const clients = [callOn(1), callOn(2), keepBooks()];
// Whatever is loaded once is loaded now.
await delay(300);
const before = count();
while (deaths < Number(deathsWanted)) {
  await delay(random() * LONGEST_LIFE);
  await killOne();
}
isOver = true;
await Promise.all(clients);
await allServe();
const together = await callTogether();
const after = count();
await server.close();
const threads = [threadsBefore, count().threads] as const;
const report: MortalWorkersReport = { deaths, outcomes, together, before, after, threads };
process.stdout.write(JSON.stringify(report));

/** Numbers from 0 to 1, always the same ones (xorshift). */
function randomNumbers(from: number): () => number {
  let state = from;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x1_0000_0000;
  };
}

async function killOne(): Promise<void> {
  const way = random();
  if (way < 0.7) {
    const all = [...living];
    await all[Math.floor(random() * all.length)]?.terminate();
    return;
  }
  await using client = await Labour.connect(binding);
  if (way < 0.8) {
    await note(client.die());
  } else {
    await note(client.fail(way < 0.95 ? 3 : 4));
  }
}

async function callOn(id: number): Promise<void> {
  await using client = await Labour.connect(binding);
  for (let i = 0; !isOver; i++) {
    const calls = Array.from({ length: 1 + (i % 20) }, async (_, n) => {
      const data = Buffer.alloc(n === 7 ? 50_000 : 30, `${id} ${i} ${n};`);
      const { reply } = await client.echo(data, { timeout: 30_000 });
      return Buffer.compare(data, reply ?? Buffer.from("none")) === 0;
    });
    const ends = await Promise.all(calls.map(note));
    // Nobody would go on asking at once when told that there is no worker.
    await delay(ends.includes("RPC_S_SERVER_UNAVAILABLE") ? 20 : random() * 2);
  }
}

/** State that is lost with its worker, and only then. */
async function keepBooks(): Promise<void> {
  await using client = await Ledger.connect(binding);
  while (!isOver) {
    const opened = await client.open(0).catch(note);
    if (typeof opened !== "object") {
      await delay(5);
      continue;
    }
    for (let total = 1; total < 100; total++) {
      const outcome = await note(client.add(opened.tally, 1).then((result) => result.total === total));
      if (outcome !== "answered") {
        break;
      }
    }
    await client.settle(opened.tally).catch(() => {});
  }
}

/** Counts how a call has ended. */
async function note(call: unknown): Promise<string> {
  let outcome: string;
  try {
    outcome = (await call) === false ? "wrong" : "answered";
  } catch (error) {
    outcome = isRpcError(error) ? error.status : String(error);
  }
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  return outcome;
}

/** Workers that have been ended again and again are replaced after a pause. */
async function allServe(): Promise<void> {
  await using client = await Labour.connect(binding);
  const threads = new Set<unknown>();
  while (threads.size < WORKERS) {
    await delay(10);
    const busy = Array.from({ length: WORKERS }, () => client.burn(5).catch(() => null));
    for (const thread of await Promise.all(busy)) {
      threads.add(thread);
    }
    threads.delete(null);
  }
}

/** How many calls there is room for: none has kept its place that is over. */
async function callTogether(): Promise<number> {
  await using client = await Labour.connect(binding);
  const calls = Array.from({ length: MOST_CALLS }, () => client.sleep(200));
  return (await Promise.allSettled(calls)).filter(({ status }) => status === "fulfilled").length;
}

function count(): Possessions {
  return {
    threads: readdirSync("/proc/self/task").length,
    descriptors: readdirSync("/proc/self/fd").filter(isNoFile).length,
    mappings: readFileSync("/proc/self/maps", "utf8")
      .split("\n")
      .filter((line) => line.includes("ncalrpc")).length,
  };
}

function isNoFile(descriptor: string): boolean {
  try {
    return !readlinkSync(`/proc/self/fd/${descriptor}`).startsWith("/");
  } catch {
    // That of the folder itself.
    return false;
  }
}
