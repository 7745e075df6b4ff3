import { Worker } from "node:worker_threads";
import { AlpcError } from "../error.js";
import { addressOf, type Handle } from "./alpc-library.js";
import { Status } from "./layout/status.js";
import { check } from "./nt-status.js";

/** A copy for the thread. */
export interface CopyJob {
  readonly id: number;
  readonly operation: "read" | "write";
  readonly port: Handle;
  /** PORT_MESSAGE of the request. */
  readonly header: Uint8Array;
  readonly index: number;
  /** In the sender's process, as its message says. */
  readonly address: number;
  readonly local: number;
  readonly size: number;
}

/** What the thread answers: NTSTATUS and octets copied. */
export interface CopyResult {
  readonly id: number;
  readonly status: number;
  readonly done: number;
}

/** How long a copy may take unless the port says otherwise, milliseconds. */
export const DIRECT_MEMORY_DEADLINE = 5_000;

/** End of user space on 64-bit Windows. */
const MAX_ADDRESS = 0x8000_0000_0000n;

/** Threads at most: the one for all copies, and those that a copy keeps beyond its time. */
const MAX_THREADS = 4;

/** What is used of a Worker. */
export interface CopyWorker {
  on(event: "message", listener: (result: CopyResult) => void): unknown;
  on(event: "error", listener: () => void): unknown;
  once(event: "online", listener: () => void): unknown;
  postMessage(job: CopyJob): void;
  ref(): void;
  unref(): void;
  terminate(): Promise<unknown>;
}

interface CopyThread {
  readonly worker: CopyWorker;
  /** It runs: what a copy takes counts from here. */
  readonly online: Promise<void>;
  /** By job; keeps the buffer until the thread has answered. */
  readonly waiting: Map<number, { readonly buffer: Uint8Array; settle(result: CopyResult): void }>;
}

function startCopyWorker(library: string): CopyWorker {
  const file = new URL("../../dist/nt/direct-copy-worker.js", import.meta.url);
  return new Worker(file, { name: "ncalrpc direct memory", workerData: library });
}

/**
 * Copies from and to the memory that clients offer with open requests, in a thread of its own: pages may have to come from a
 * disk. A copy that is not done in its time keeps its thread, and the next one is another thread's, so that one client's slow
 * memory does not hold up the others'.
 */
export class DirectCopier {
  readonly #start: () => CopyWorker;
  readonly #threads = new Set<CopyThread>();
  #current: CopyThread | null = null;
  #lastId = 0;

  constructor(library: string, start = startCopyWorker) {
    this.#start = () => start(library);
  }

  /**
   * Fills `buffer` from the entry, or the entry from `buffer`, which belongs to the copy until then, and after TIMEOUT for good.
   * `deadline` in milliseconds. Rejects with AlpcError: ACCESS_DENIED, PARTIAL_COPY, PORT_DISCONNECTED, TIMEOUT, INSUFFICIENT_RESOURCES.
   */
  async copy(
    operation: CopyJob["operation"],
    port: Handle,
    header: Uint8Array,
    index: number,
    address: bigint,
    buffer: Uint8Array,
    deadline = DIRECT_MEMORY_DEADLINE,
  ): Promise<void> {
    if (buffer.length === 0) return;
    if (address + BigInt(buffer.length) > MAX_ADDRESS) {
      throw new AlpcError("INVALID_PARAMETER", `0x${address.toString(16)} is no address`);
    }
    // Asking for `buffer` moves a small array out of V8's heap, to where it stays.
    void buffer.buffer;
    const id = ++this.#lastId;
    const job: CopyJob = {
      id,
      operation,
      port,
      header,
      index,
      address: Number(address),
      local: addressOf(buffer),
      size: buffer.length,
    };
    const thread = this.#thread();
    const { status, done } = await new Promise<CopyResult>((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const settle = (result: CopyResult) => {
        clearTimeout(timer);
        resolve(result);
      };
      void thread.online.then(() => {
        if (!thread.waiting.has(id)) return;
        timer = setTimeout(() => {
          if (this.#current === thread) this.#current = null;
          resolve({ id, status: Status.TIMEOUT, done: 0 });
        }, deadline);
      });
      thread.waiting.set(id, { buffer, settle });
      thread.worker.ref();
      thread.worker.postMessage(job);
    });
    check(status, "using the memory of a request");
    if (done < buffer.length) {
      throw new AlpcError("PARTIAL_COPY", `${done} of ${buffer.length} octets of a request's memory`);
    }
  }

  /** The one for the next copy. Throws AlpcError INSUFFICIENT_RESOURCES if too many are held up. */
  #thread(): CopyThread {
    if (this.#current !== null) return this.#current;
    if (this.#threads.size >= MAX_THREADS) {
      throw new AlpcError("INSUFFICIENT_RESOURCES", "copies that are beyond their time hold up all threads");
    }
    const worker = this.#start();
    const online = new Promise<void>((resolve) => worker.once("online", resolve));
    const thread: CopyThread = { worker, online, waiting: new Map() };
    thread.worker.on("message", (result: CopyResult) => this.#onResult(thread, result));
    thread.worker.on("error", () => {
      if (this.#current === thread) this.#current = null;
      this.#threads.delete(thread);
      for (const [id, { settle }] of thread.waiting) settle({ id, status: Status.UNSUCCESSFUL, done: 0 });
      thread.waiting.clear();
    });
    this.#threads.add(thread);
    this.#current = thread;
    return thread;
  }

  #onResult(thread: CopyThread, result: CopyResult): void {
    const waiting = thread.waiting.get(result.id);
    thread.waiting.delete(result.id);
    waiting?.settle(result);
    if (thread.waiting.size > 0) return;
    thread.worker.unref();
    if (this.#current === thread) return;
    this.#threads.delete(thread);
    void thread.worker.terminate();
  }
}
