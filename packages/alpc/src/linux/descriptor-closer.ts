import { Worker } from "node:worker_threads";
import { enterBlocking, leaveBlocking } from "./exit-guard.js";
import { type LibC, loadLibC } from "./libc.js";
import { handOver } from "./thread-descriptors.js";
import { workerFile } from "./worker-file.js";

/**
 * Closes descriptors in a thread of its own, in order. A peer decides what they are, so each close may take as long as
 * the peer likes; `pending` says how many wait, and whoever takes in more from a peer watches it.
 */
export class DescriptorCloser {
  readonly #libc: LibC;
  readonly #program: URL;
  readonly #waiting: { readonly fd: number; readonly onClosed: (() => void) | undefined }[] = [];
  #worker: Worker | null = null;

  /** `program` is for tests. */
  constructor(libc: LibC = loadLibC(), program: URL = workerFile("descriptor-closer-worker.js")) {
    this.#libc = libc;
    this.#program = program;
  }

  /** Descriptors that are not closed yet. */
  get pending(): number {
    return this.#waiting.length;
  }

  /** Takes `fd` over; `onClosed` is called when it is closed. */
  close(fd: number, onClosed?: () => void): void {
    enterBlocking(this.#libc, this);
    handOver(fd);
    this.#waiting.push({ fd, onClosed });
    this.#worker ??= this.#start();
    this.#worker.postMessage(fd);
  }

  #start(): Worker {
    const worker = new Worker(this.#program, { name: "ncalrpc close" });
    worker.on("message", () => this.#closed());
    worker.on("error", () => this.#closeHere());
    worker.unref();
    return worker;
  }

  #closed(): void {
    const first = this.#waiting.shift();
    if (this.#waiting.length === 0) leaveBlocking(this);
    first?.onClosed?.();
  }

  /** There is no thread to be had: better to wait than to leak. */
  #closeHere(): void {
    this.#worker = null;
    for (let left = this.#waiting.length; left > 0; left--) {
      const [first] = this.#waiting;
      if (first !== undefined) this.#libc.close(first.fd);
      this.#closed();
    }
  }
}

let shared: DescriptorCloser | undefined;

/** The closer of this thread. */
export function descriptorCloser(): DescriptorCloser {
  shared ??= new DescriptorCloser();
  return shared;
}
