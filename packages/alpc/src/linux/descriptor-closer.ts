import { Worker } from "node:worker_threads";
import { markStuck, unmarkStuck } from "./exit-guard.js";
import { type LibC, loadLibC } from "./libc.js";
import { workerFile } from "./worker-file.js";

/**
 * Closes descriptors in a thread of its own, in order. A peer decides what they are, so each close may take as long as
 * the peer likes; `pending` says how many wait, and whoever takes in more from a peer watches it.
 */
export class DescriptorCloser {
  readonly #libc: LibC;
  readonly #program: URL;
  #worker: Worker | null = null;
  #pending = 0;

  constructor(libc: LibC = loadLibC(), program: URL = workerFile("descriptor-closer-worker.js")) {
    this.#libc = libc;
    this.#program = program;
  }

  /** Descriptors that are not closed yet. */
  get pending(): number {
    return this.#pending;
  }

  /** Takes `fd` over; `onClosed` is called when it is closed. */
  close(fd: number, onClosed?: () => void): void {
    if (this.#pending++ === 0) markStuck(this.#libc, this);
    this.#waiting.push(onClosed);
    this.#thread().postMessage(fd);
  }

  readonly #waiting: ((() => void) | undefined)[] = [];

  #thread(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(this.#program, { name: "ncalrpc close" });
    worker.on("message", () => {
      if (--this.#pending === 0) unmarkStuck(this);
      this.#waiting.shift()?.();
    });
    worker.unref();
    this.#worker = worker;
    return worker;
  }
}

let shared: DescriptorCloser | undefined;

/** The closer of this thread. */
export function descriptorCloser(): DescriptorCloser {
  shared ??= new DescriptorCloser();
  return shared;
}
