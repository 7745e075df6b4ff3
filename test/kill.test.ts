import { fork } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isRpcError } from "@ncalrpc/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { descriptorCloser } from "../packages/alpc/dist/linux/descriptor-closer.js";
import { census } from "../packages/alpc/test/census.js";
import { descriptorsClosed } from "../packages/alpc/test/descriptors.js";
import { Random } from "../packages/idl/test/random.js";
import { Probe, type ProbeClient } from "./dist/gen/probe.js";
import { ServerProcess, useEndpointDirectory } from "./dist/server-process.js";
import { grownBeyond } from "./process-growth.js";

/** Processes that are killed: clients and servers. The slow suites kill 400 and 100. */
const KILLS = Number(process.env["NCALRPC_KILLS"] ?? 50);
const CLIENT_KILLS = 2 * KILLS;
const SERVER_KILLS = Math.ceil(KILLS / 2);
/** Milliseconds: starting a process takes most of it, and several times as long beside other work. */
const TIMEOUT = 60_000 + KILLS * 4_000;
/** Killed at the same time. */
const LANES = 3;
/** Calls of a client whose server is killed: more than a server takes at once, so that some have not been sent. */
const CALLS = 200;
/** Milliseconds in which they are to fail: far less than they would take of themselves. */
const SETTLE_TIME = 3_000;
/** Milliseconds in which a server lets go of what killed clients had. */
const CLEAN_UP_TIME = 15_000;
const seed = Number(process.env["NCALRPC_SEED"] ?? 20_240_607);

let directory: ReturnType<typeof useEndpointDirectory>;

beforeAll(() => {
  directory = useEndpointDirectory();
});

afterAll(() => directory[Symbol.dispose]());

/** Does `count` rounds, a few of them at a time, each with numbers of its own. */
async function inLanes(
  count: number,
  round: (number: number, random: Random, lane: number) => Promise<void>,
) {
  let next = 0;
  const lanes = Array.from({ length: LANES }, async (_, lane) => {
    while (next < count) {
      const number = next++;
      await round(number, new Random(seed + number), lane);
    }
  });
  await Promise.all(lanes);
}

/** A client whose numbered calls must all be answered, in order, whatever happens to others. */
class Bystander {
  readonly answered: number[] = [];
  readonly failures: unknown[] = [];
  #isStopped = false;
  readonly #done: Promise<void>;

  constructor(client: ProbeClient) {
    this.#done = this.#run(client);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#done;
  }

  async #run(client: ProbeClient): Promise<void> {
    for (let number = 0; !this.#isStopped; number += 8) {
      const calls = Array.from({ length: 8 }, async (_, i) => {
        const sum = await client.add(number + i, 0);
        this.answered.push(sum);
      });
      for (const { status, reason } of await Promise.allSettled(calls).then(rejections)) {
        this.failures.push(`${status} ${reason}`);
      }
      await delay(2);
    }
  }
}

function rejections(results: readonly PromiseSettledResult<void>[]): PromiseRejectedResult[] {
  return results.filter((result) => result.status === "rejected");
}

describe("killed clients", () => {
  it(`leave nothing behind in their server (${CLIENT_KILLS} rounds, seed ${seed})`, {
    timeout: TIMEOUT,
  }, async () => {
    const journal = join(directory.path, "clients.log");
    await using server = await ServerProcess.start({ endpoint: "killed-clients" }, ["--expose-gc"], journal);
    const binding = "ncalrpc:[killed-clients]";
    await using observer = await Probe.connect(binding);
    await using first = await Probe.connect(binding);
    await using second = await Probe.connect(binding);
    const warmUp = await Probe.connect(binding);
    await warmUp.upload(new Uint8Array(1_000_000));
    await warmUp.download(1_000_000, 1);
    await warmUp.close();
    await expect.poll(async () => (await observer.census()).connections).toBe(3);
    const before = census(directory.path, server.pid);
    const { rss } = await server.memory();
    const bystanders = [new Bystander(first), new Bystander(second)];

    await inLanes(CLIENT_KILLS, async (number, random) => {
      const program = new URL("./dist/programs/busy-client.js", import.meta.url).pathname;
      const child = fork(program, { stdio: ["ignore", "ignore", "ignore", "ipc"] });
      const exited = once(child, "exit");
      await once(child, "message");
      child.send({ binding, seed: seed + number });
      // Every other client has something to lose, however slowly it starts; the others may not have got that far.
      if (number % 2 === 0) await once(child, "message");
      await delay(random.below(60));
      child.kill("SIGKILL");
      await exited;
    });

    for (const bystander of bystanders) {
      await bystander.stop();
      expect(bystander.failures).toEqual([]);
      expect(bystander.answered.length).toBeGreaterThan(CLIENT_KILLS);
      expect(bystander.answered.findIndex((sum, i) => sum !== i)).toBe(-1);
    }
    const quiet = { open: 0, sleeping: 0, connections: 3 };
    await expect.poll(() => observer.census(), { timeout: CLEAN_UP_TIME }).toMatchObject(quiet);
    expect(grownBeyond(before, census(directory.path, server.pid), quiet.connections)).toEqual([]);
    await expect
      .poll(async () => (await server.memory()).rss - rss, { timeout: CLEAN_UP_TIME })
      .toBeLessThan(64 * 1024 * 1024);

    const { opened, ended } = readCounters(journal);
    expect(opened.length).toBeGreaterThanOrEqual(CLIENT_KILLS / 2);
    expect(ended).toEqual(opened);
    expect((await observer.census()).runDown).toBeGreaterThan(0);
  });
});

/** Counters that a journal tells were opened, and those that were closed or run down: the same, each once. */
function readCounters(journal: string): { opened: number[]; ended: number[] } {
  const opened: number[] = [];
  const ended: number[] = [];
  for (const line of readFileSync(journal, "utf8").split("\n")) {
    const [what, id] = line.split(" ");
    if (what === "open") {
      opened.push(Number(id));
    } else if (what === "close" || what === "rundown") {
      ended.push(Number(id));
    }
  }
  return { opened, ended: ended.sort((a, b) => a - b) };
}

describe("killed servers", () => {
  it(`fail each call once, soon and honestly (${SERVER_KILLS} rounds, seed ${seed})`, {
    timeout: TIMEOUT,
  }, async () => {
    await descriptorsClosed(descriptorCloser());
    const before = census();
    const statuses = new Map<string, number>();
    const note = (status: string) => statuses.set(status, (statuses.get(status) ?? 0) + 1);

    await inLanes(SERVER_KILLS, async (round, random, lane) => {
      const journal = join(directory.path, `server-${lane}.log`);
      // The next server of the lane takes the name of the one that was killed.
      const server = await ServerProcess.start({ endpoint: `killed-${lane}` }, [], journal);
      const client = await Probe.connect(`ncalrpc:[killed-${lane}]`);
      const notExecuted: number[] = [];
      let settled = 0;
      const calls = Array.from({ length: CALLS }, async (_, i) => {
        const number = round * CALLS + i;
        try {
          await startCall(client, number, random);
          note("OK");
        } catch (error) {
          const status = isRpcError(error) ? error.status : String(error);
          note(status);
          if (status === "RPC_S_CALL_FAILED_DNE") {
            notExecuted.push(number);
          }
        }
        settled++;
      });
      await delay(random.below(15));
      await server.kill();
      const killed = performance.now();
      await Promise.all(calls);
      expect(performance.now() - killed).toBeLessThan(SETTLE_TIME);
      expect(settled).toBe(CALLS);
      const executed = new Set(readFileSync(journal, "utf8").split("\n"));
      expect(notExecuted.filter((number) => executed.has(`add ${number}`))).toEqual([]);
      await client.close();
    });

    expect([...statuses.keys()].sort()).toEqual(["OK", "RPC_S_CALL_FAILED", "RPC_S_CALL_FAILED_DNE"]);
    await expect.poll(() => grownBeyond(before, census()), { timeout: CLEAN_UP_TIME }).toEqual([]);
    // What dead servers leave of their names is taken over by the next, so no more than one for each remains.
    const sockets = readdirSync(directory.path).filter((name) => /^killed-\d.*\.port$/.test(name));
    expect(sockets.length).toBeLessThanOrEqual(LANES);
  });
});

/** Most calls say in the server's journal that they ran; some are long or large. */
function startCall(client: ProbeClient, number: number, random: Random): Promise<unknown> {
  switch (random.below(10)) {
    case 0:
      return client.sleep(10_000);
    case 1:
      return client.upload(new Uint8Array(200_000));
    case 2:
      return client.download(200_000, 1);
    default:
      return client.add(number, 1);
  }
}
