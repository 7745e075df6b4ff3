import { setTimeout as delay } from "node:timers/promises";
import type { RpcServerOptions } from "@ncalrpc/runtime";
import { expect } from "vitest";
import { census } from "../packages/alpc/test/census.js";
import { type CallStatistics, ClientProcess } from "./dist/client-process.js";
import { Probe, type ProbeClient } from "./dist/gen/probe.js";
import { ServerProcess, useEndpointDirectory } from "./dist/server-process.js";
import { grownBeyond } from "./process-growth.js";
import { processorWait } from "./processor-wait.js";

const MiB = 1024 * 1024;
/** The bystander's and the observer's. */
const GOOD_CONNECTIONS = 2;
/** What the memory of the server may grow by during one attack, once it is over and collected. */
const MAX_GROWTH = 64 * MiB;
/** The bystander's median call during an attack: this many times what it is without, and milliseconds on top. */
const MAX_SLOWDOWN = 10;
const SLOWDOWN_ALLOWANCE = 50;
const LONGEST_CALL = 5_000;
/** Milliseconds in which what an attack has left behind goes, on a machine that has other things to do. */
const SETTLING = 15_000;

/** Takes note of what a process holds; what is returned says what that has become more of, in words. */
export type Watch = (pid: number, directory: string) => () => string[];

const watchProcess: Watch = (pid, directory) => {
  const before = census(directory, pid);
  return () => grownBeyond(before, census(directory, pid), GOOD_CONNECTIONS);
};

/** How the bystander's calls went; `waited`: milliseconds per call that it or the server waited for a processor. */
interface ObservedCalls extends CallStatistics {
  readonly waited: number;
}

/** A probe server under attack, with a client in a process of its own that is to notice nothing. */
export class HostileSystem implements AsyncDisposable {
  readonly endpoint = "hostile";
  readonly #directory: ReturnType<typeof useEndpointDirectory>;
  readonly #server: ServerProcess;
  readonly #bystander: ClientProcess;
  readonly #observer: ProbeClient;
  readonly #watch: Watch;
  #unloaded: CallStatistics | null = null;

  private constructor(
    directory: ReturnType<typeof useEndpointDirectory>,
    server: ServerProcess,
    bystander: ClientProcess,
    observer: ProbeClient,
    watch: Watch,
  ) {
    this.#directory = directory;
    this.#server = server;
    this.#bystander = bystander;
    this.#observer = observer;
    this.#watch = watch;
  }

  static async start(
    options: Omit<RpcServerOptions, "endpoint">,
    watch: Watch = watchProcess,
  ): Promise<HostileSystem> {
    const directory = useEndpointDirectory();
    const binding = "ncalrpc:[hostile]";
    const server = await ServerProcess.start({ ...options, endpoint: "hostile" }, ["--expose-gc"]);
    const bystander = await ClientProcess.start();
    await bystander.connect(binding);
    return new HostileSystem(directory, server, bystander, await Probe.connect(binding), watch);
  }

  get binding(): string {
    return `ncalrpc:[${this.endpoint}]`;
  }

  /** Where the server's socket lies. */
  get directory(): string {
    return this.#directory.path;
  }

  get server(): ServerProcess {
    return this.#server;
  }

  /** A well-behaved connection in this process. */
  get observer(): ProbeClient {
    return this.#observer;
  }

  /**
   * Runs an attack. The bystander's calls must all be answered meanwhile, about as fast as ever; afterwards the server
   * must hold what it held before. `attack` closes what it has opened.
   */
  async withstand(attack: () => Promise<void>): Promise<void> {
    this.#unloaded ??= await this.#observeCalls(() => delay(300));
    const memory = (await this.#server.memory()).rss;
    const grown = this.#watch(this.#server.pid, this.directory);
    const during = await this.#observeCalls(attack);
    expect(during.wrong).toBe(0);
    expect(during.count).toBeGreaterThan(0);
    expect(during.median).toBeLessThan(await this.#slowestFair(during));
    expect(during.longest).toBeLessThan(LONGEST_CALL);
    await this.#expectQuiet();
    await expect.poll(grown, { timeout: SETTLING }).toEqual([]);
    // The engine gives array buffers back some time after a collection.
    await expect
      .poll(async () => (await this.#server.memory()).rss - memory, { timeout: SETTLING })
      .toBeLessThan(MAX_GROWTH);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#observer.close();
    await this.#bystander[Symbol.asyncDispose]();
    await this.#server.close();
    this.#directory[Symbol.dispose]();
  }

  /**
   * What the bystander's median call may take. Where it took longer, the whole machine may have become slower: that is measured
   * anew; and a server that works waits for processors that others use, as one that hardly does anything does not.
   */
  async #slowestFair({ median, waited }: ObservedCalls): Promise<number> {
    const bound = (unloaded: CallStatistics) => unloaded.median * MAX_SLOWDOWN + SLOWDOWN_ALLOWANCE;
    if (this.#unloaded === null || median >= bound(this.#unloaded)) {
      this.#unloaded = await this.#observeCalls(() => delay(300));
    }
    return bound(this.#unloaded) + waited;
  }

  async #observeCalls(work: () => Promise<unknown>): Promise<ObservedCalls> {
    const pids = [this.#server.pid, this.#bystander.pid];
    const before = processorWait(pids);
    await this.#bystander.startCalls();
    try {
      await work();
      await delay(20);
    } catch (error) {
      await this.#bystander.stopCalls();
      throw error;
    }
    const calls = await this.#bystander.stopCalls();
    return { ...calls, waited: (processorWait(pids) - before) / calls.count };
  }

  /** No connection but the bystander's and the observer's, no context handle, no handler that still runs. */
  async #expectQuiet(): Promise<void> {
    const quiet = { open: 0, sleeping: 0, connections: GOOD_CONNECTIONS };
    await expect.poll(() => this.#observer.census(), { timeout: SETTLING }).toMatchObject(quiet);
  }
}
