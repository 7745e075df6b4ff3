import { Worker } from "node:worker_threads";
import type { DataEntry } from "../data-information.js";
import { AlpcError } from "../error.js";
import type { DirectPeer } from "./direct-peer.js";
import { enterBlocking, leaveBlocking } from "./exit-guard.js";
import { addressOf, type LibC, loadLibC } from "./libc.js";
import type { CopyFailure, CopyJob } from "./process-memory-copy.js";
import { workerFile } from "./worker-file.js";

/** How long a copy may take unless the port says otherwise, milliseconds. */
export const DIRECT_MEMORY_DEADLINE = 5_000;

/** How long a copy that is still making progress may take to stop, milliseconds. */
const STOPPING_TIME = 50;

/** Threads at most: that many peers can stall at the same time before others have to wait. */
const MAX_WORKERS = 4;

export interface DirectMemoryOptions {
  readonly libc?: LibC;
  readonly maxWorkers?: number;
  /** The thread's program, which answers each CopyJob with a CopyFailure. For tests. */
  readonly program?: URL;
}

/**
 * Copies from and to the memory of peers, in threads of its own: a peer can make such a copy block (userfaultfd), and
 * then it costs a thread, never the event loop or libuv's pool. One copy per peer runs at a time, so that a peer that stalls
 * holds up itself; threads start when they are needed, and go when they are idle, all but one.
 */
export class DirectMemory {
  readonly #libc: LibC;
  readonly #maxWorkers: number;
  readonly #program: URL;
  readonly #workers = new Set<CopyWorker>();
  readonly #queue: Copy[] = [];
  readonly #busyPeers = new Set<DirectPeer>();

  constructor(options: DirectMemoryOptions = {}) {
    this.#libc = options.libc ?? loadLibC();
    this.#maxWorkers = options.maxWorkers ?? MAX_WORKERS;
    this.#program = options.program ?? workerFile("direct-memory-worker.js");
  }

  /** Threads that exist, and copies that have not ended in one, timed out ones included. */
  get threads(): number {
    return this.#workers.size;
  }
  get running(): number {
    return this.#busyPeers.size;
  }

  /**
   * Fills `target` from what `peer` offers; `target` must not be larger than the entry. It belongs to the copy until the
   * promise settles, and after TIMEOUT for good: if the peer stalls, the copy may still write to it, so never reuse or transfer it. `deadline` in
   * milliseconds. Rejects with AlpcError: ACCESS_DENIED, PARTIAL_COPY, TIMEOUT, PORT_DISCONNECTED, INVALID_PARAMETER.
   */
  read(
    peer: DirectPeer,
    entry: DataEntry,
    target: Uint8Array,
    deadline = DIRECT_MEMORY_DEADLINE,
  ): Promise<void> {
    return this.#submit("read", peer, entry, target, deadline);
  }

  /** Fills the peer's memory from `source`; the same rules as for read. */
  write(
    peer: DirectPeer,
    entry: DataEntry,
    source: Uint8Array,
    deadline = DIRECT_MEMORY_DEADLINE,
  ): Promise<void> {
    return this.#submit("write", peer, entry, source, deadline);
  }

  /** Ends the threads that are idle; for the end of a test or a process that is done with direct memory. */
  async close(): Promise<void> {
    const idle = [...this.#workers].filter((worker) => worker.copy === null);
    await Promise.all(idle.map((worker) => this.#stop(worker)));
  }

  #submit(
    operation: CopyJob["operation"],
    peer: DirectPeer,
    entry: DataEntry,
    buffer: Uint8Array,
    deadline: number,
  ): Promise<void> {
    if (buffer.length > entry.size) {
      const message = `${buffer.length} octets to ${operation}, the peer offers ${entry.size}`;
      return Promise.reject(new AlpcError("INVALID_PARAMETER", message));
    }
    if (entry.address < 0n || entry.address + BigInt(entry.size) > 1n << 63n) {
      return Promise.reject(
        new AlpcError("INVALID_PARAMETER", `0x${entry.address.toString(16)} is no address`),
      );
    }
    if (peer.isClosed)
      return Promise.reject(new AlpcError("PORT_DISCONNECTED", `process ${peer.pid} has gone`));
    if (buffer.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const copy = new Copy(operation, peer, entry.address, buffer, resolve, reject);
      copy.timer = setTimeout(() => this.#expire(copy, deadline), deadline);
      peer.retain();
      this.#queue.push(copy);
      this.#startNext();
    });
  }

  #startNext(): void {
    for (let i = 0; i < this.#queue.length; ) {
      const copy = this.#queue[i];
      if (copy === undefined || this.#busyPeers.has(copy.peer)) {
        i++;
        continue;
      }
      const worker = this.#idleWorker();
      if (worker === null) return;
      this.#queue.splice(i, 1);
      this.#busyPeers.add(copy.peer);
      enterBlocking(this.#libc, worker);
      worker.start(copy);
    }
  }

  #idleWorker(): CopyWorker | null {
    for (const worker of this.#workers) if (worker.copy === null) return worker;
    if (this.#workers.size >= this.#maxWorkers) return null;
    const worker: CopyWorker = new CopyWorker(
      this.#program,
      (failure) => this.#finish(worker, failure),
      (error) => this.#lose(worker, error),
    );
    this.#workers.add(worker);
    return worker;
  }

  /**
   * A copy that runs is told to stop, and gets a moment for it, so that nothing is written any more when the caller hears
   * of the timeout. One that stalls keeps its thread, its buffer and the peer's turn until it really ends.
   */
  #expire(copy: Copy, deadline: number): void {
    const message = `process ${copy.peer.pid}'s memory did not answer in ${deadline} ms`;
    copy.timeout = { status: "TIMEOUT", message };
    Atomics.store(copy.abandoned, 0, 1);
    const queued = this.#queue.indexOf(copy);
    if (queued < 0) {
      copy.timer = setTimeout(() => copy.settle(copy.timeout), STOPPING_TIME);
      return;
    }
    this.#queue.splice(queued, 1);
    copy.peer.release();
    copy.settle(copy.timeout);
  }

  #finish(worker: CopyWorker, failure: CopyFailure): void {
    const { copy } = worker;
    worker.copy = null;
    leaveBlocking(worker);
    if (copy !== null) {
      this.#busyPeers.delete(copy.peer);
      copy.peer.release();
      copy.settle(copy.timeout ?? failure);
    }
    this.#startNext();
    for (const other of this.#workers) if (other !== worker && other.copy === null) void this.#stop(other);
  }

  #lose(worker: CopyWorker, error: unknown): void {
    this.#workers.delete(worker);
    const reason = error instanceof Error ? error.message : String(error);
    this.#finish(worker, { status: "UNSUCCESSFUL", message: `the copying thread failed: ${reason}` });
  }

  async #stop(worker: CopyWorker): Promise<void> {
    this.#workers.delete(worker);
    await worker.stop();
  }
}

/** A thread that makes one copy at a time. */
class CopyWorker {
  copy: Copy | null = null;
  readonly #thread: Worker;

  constructor(program: URL, onAnswer: (failure: CopyFailure) => void, onError: (error: unknown) => void) {
    this.#thread = new Worker(program, { name: "ncalrpc direct memory" });
    this.#thread.on("message", onAnswer);
    this.#thread.on("error", onError);
    // A copy that somebody waits for keeps the process alive by its timer.
    this.#thread.unref();
  }

  start(copy: Copy): void {
    this.copy = copy;
    this.#thread.postMessage(copy.job());
  }

  async stop(): Promise<void> {
    await this.#thread.terminate();
  }
}

/** A copy that somebody waits for, or gave up waiting for; holds the buffer that the thread uses. */
class Copy {
  readonly peer: DirectPeer;
  readonly abandoned = new Int32Array(new SharedArrayBuffer(4));
  timer: NodeJS.Timeout | undefined;
  /** What the caller is told if its time is over. */
  timeout: CopyFailure = null;
  readonly #operation: CopyJob["operation"];
  readonly #address: bigint;
  readonly #buffer: Uint8Array;
  readonly #resolve: () => void;
  readonly #reject: (error: AlpcError) => void;

  constructor(
    operation: CopyJob["operation"],
    peer: DirectPeer,
    address: bigint,
    buffer: Uint8Array,
    resolve: () => void,
    reject: (error: AlpcError) => void,
  ) {
    this.peer = peer;
    this.#operation = operation;
    this.#address = address;
    this.#buffer = buffer;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  job(): CopyJob {
    // Asking for `buffer` moves a small array that V8 keeps inside the object to memory that stays where it is.
    void this.#buffer.buffer;
    return {
      operation: this.#operation,
      pid: this.peer.pid,
      pidfd: this.peer.pidfd,
      address: this.#address,
      local: addressOf(this.#buffer),
      size: this.#buffer.length,
      abandoned: this.abandoned,
    };
  }

  /** Answers the caller; the first answer counts. */
  settle(failure: CopyFailure): void {
    clearTimeout(this.timer);
    if (failure === null) {
      this.#resolve();
      return;
    }
    const options = failure.errno === undefined ? {} : { errno: failure.errno };
    this.#reject(new AlpcError(failure.status, failure.message, options));
  }
}

let shared: DirectMemory | undefined;

/** The copies of this thread, shared by all its kernels. */
export function directMemory(): DirectMemory {
  shared ??= new DirectMemory();
  return shared;
}
