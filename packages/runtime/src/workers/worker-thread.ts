import {
  MessageChannel,
  type MessagePort,
  type ResourceLimits,
  receiveMessageOnPort,
  Worker,
} from "node:worker_threads";
import { RpcError } from "../rpc-error.js";
import { type ControlMessage, WAKE } from "./control-message.js";
import type { PoolWorkerData } from "./pool-worker.js";

/** Always in dist: Node 20 runs no TypeScript, and tests of the sources start the same threads. */
const FILE = new URL("../../dist/workers/pool-worker.js", import.meta.url);

/** Milliseconds before a worker that has died is replaced; twice as long each time, until one has lived for longer. */
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 5_000;

/** Milliseconds that a worker gets to run its clients' context handles down. */
const FAREWELL = 5_000;

/** Who owns worker threads. */
export interface WorkerThreadListener {
  onMessage(message: ControlMessage): void;
  /** A thread is being started, which knows nothing yet. */
  onStart(thread: WorkerThread): void;
  /** The thread has ended, which it was not asked to; another one takes its place in so many milliseconds. */
  onEnd(thread: WorkerThread, end: WorkerEnd): void;
}

/** How a worker thread has come to its end. */
export interface WorkerEnd {
  readonly reason: string;
  /** Whether it had served before. */
  readonly hasServed: boolean;
  /** Milliseconds until it is replaced. */
  readonly pause: number;
}

/** The place of one worker: a thread, and when that dies the next one. */
export class WorkerThread {
  /** From 1 on. */
  readonly worker: number;
  readonly #data: Omit<PoolWorkerData, "control">;
  readonly #resourceLimits: ResourceLimits;
  readonly #listener: WorkerThreadListener;
  #thread: Worker | null = null;
  #control: MessagePort | null = null;
  #isReady = false;
  #isClosing = false;
  #pause = FIRST_PAUSE;
  #timer: NodeJS.Timeout | null = null;

  constructor(
    data: Omit<PoolWorkerData, "control">,
    resourceLimits: ResourceLimits,
    listener: WorkerThreadListener,
  ) {
    this.worker = data.worker;
    this.#data = data;
    this.#resourceLimits = resourceLimits;
    this.#listener = listener;
  }

  /** Starts the thread; settles when it serves. Rejects with RpcError if it ends before. */
  start(): Promise<void> {
    this.#isClosing = false;
    return new Promise((resolve, reject) => {
      const { port1, port2 } = new MessageChannel();
      const startedAt = performance.now();
      let reason: unknown = null;
      const workerData: PoolWorkerData = { ...this.#data, control: port2 };
      const thread = new Worker(FILE, {
        workerData,
        transferList: [port2],
        resourceLimits: this.#resourceLimits,
      });
      this.#thread = thread;
      this.#control = port1;
      port1.on("message", (message: ControlMessage) => {
        if (message !== WAKE && message.kind === "ready") {
          this.#isReady = true;
          // The server's ports keep the process alive, not its workers.
          thread.unref();
          resolve();
        }
        this.#listener.onMessage(message);
      });
      thread.on("error", (error: unknown) => {
        reason = error;
      });
      thread.on("exit", (code) => {
        const hasServed = this.#isReady;
        this.#isReady = false;
        this.catchUp();
        port1.close();
        this.#thread = null;
        this.#control = null;
        const text = reason instanceof Error ? reason.message : `it exited with code ${code}`;
        if (!hasServed) {
          const details = `a worker could not start: ${text}`;
          reject(new RpcError("RPC_S_CALL_FAILED", { details, cause: reason }));
        }
        if (!this.#isClosing) {
          const pause = this.#replace(performance.now() - startedAt);
          this.#listener.onEnd(this, { reason: text, hasServed, pause });
        }
      });
      port1.unref();
      this.#listener.onStart(this);
    });
  }

  /** Whether it serves, so that what it is sent is looked at. */
  get isReady(): boolean {
    return this.#isReady;
  }

  say(message: ControlMessage, transferred: ArrayBuffer[] = []): void {
    this.#control?.postMessage(message, transferred);
  }

  /** Has the thread look into its rings. */
  wake(): void {
    this.#control?.postMessage(WAKE);
  }

  /** Hands on at once what the thread has said. */
  catchUp(): void {
    while (this.#control !== null) {
      const received: { message: ControlMessage } | undefined = receiveMessageOnPort(this.#control);
      if (received === undefined) {
        return;
      }
      this.#listener.onMessage(received.message);
    }
  }

  /** Settles when the thread has ended, of itself or by force. */
  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
    }
    const thread = this.#thread;
    if (thread === null) {
      return;
    }
    const ended = new Promise<void>((resolve) => {
      thread.once("exit", () => resolve());
    });
    thread.ref();
    this.say({ kind: "close" });
    const timer = setTimeout(() => void thread.terminate(), FAREWELL);
    await ended;
    clearTimeout(timer);
  }

  /** Starts another thread, after a pause: how many milliseconds. */
  #replace(lived: number): number {
    this.#pause = lived > LONGEST_PAUSE ? FIRST_PAUSE : Math.min(this.#pause * 2, LONGEST_PAUSE);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      // If it can't start, onEnd is told, and it is tried again, more rarely.
      this.start().catch(() => {});
    }, this.#pause).unref();
    return this.#pause;
  }
}
