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

interface Waiting {
  readonly buffer: Uint8Array;
  settle(result: CopyResult): void;
}

/** Copies from and to the memory that clients offer with open requests, in a thread of its own: pages may have to come from a disk. */
export class DirectCopier {
  readonly #library: string;
  readonly #waiting = new Map<number, Waiting>();
  #thread: Worker | null = null;
  #lastId = 0;

  constructor(library: string) {
    this.#library = library;
  }

  /**
   * Fills `buffer` from the entry, or the entry from `buffer`, which belongs to the copy until then, and after TIMEOUT for good.
   * `deadline` in milliseconds. Rejects with AlpcError: ACCESS_DENIED, PARTIAL_COPY, PORT_DISCONNECTED, TIMEOUT.
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
    const thread = this.#start();
    const { status, done } = await new Promise<CopyResult>((resolve) => {
      const timer = setTimeout(() => resolve({ id, status: Status.TIMEOUT, done: 0 }), deadline);
      const settle = (result: CopyResult) => {
        clearTimeout(timer);
        resolve(result);
      };
      this.#waiting.set(id, { buffer, settle });
      thread.ref();
      thread.postMessage(job);
    });
    check(status, "using the memory of a request");
    if (done < buffer.length) {
      throw new AlpcError("PARTIAL_COPY", `${done} of ${buffer.length} octets of a request's memory`);
    }
  }

  #start(): Worker {
    if (this.#thread !== null) return this.#thread;
    const file = new URL("../../dist/nt/direct-copy-worker.js", import.meta.url);
    const thread = new Worker(file, { name: "ncalrpc direct memory", workerData: this.#library });
    thread.on("message", (result: CopyResult) => this.#onResult(result));
    thread.on("error", () => {
      this.#thread = null;
      for (const id of this.#waiting.keys()) this.#onResult({ id, status: Status.UNSUCCESSFUL, done: 0 });
    });
    this.#thread = thread;
    return thread;
  }

  #onResult(result: CopyResult): void {
    const waiting = this.#waiting.get(result.id);
    this.#waiting.delete(result.id);
    if (this.#waiting.size === 0) this.#thread?.unref();
    waiting?.settle(result);
  }
}
