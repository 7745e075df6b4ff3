import { SharedQueue } from "./shared-queue.js";

/** Calls that the workers of a server have at a time, waiting ones among them; also the room of every queue. */
export const MAX_POOLED_CALLS = 1024;

/** A call that nobody has begun, and one that nobody shall begin. A worker's number, from 1 on, is in their place otherwise. */
const WAITING = 0;
const WITHDRAWN = -1;

/** Words between two sleepers: each has a cache line of its own. */
const LINE = 16;

/** The thread that owns the ports, among those that sleep; workers are numbered from 1 on. */
export const SERVER_THREAD = 0;

/** What the threads of a server share, as it is passed to a worker. */
export interface PoolHandles {
  readonly state: SharedArrayBuffer;
  readonly requests: SharedArrayBuffer;
  readonly replies: SharedArrayBuffer;
  readonly inboxes: readonly SharedArrayBuffer[];
}

/** Memory that the threads of a server share: queues, who sleeps, and who has begun which call. */
export class PoolMemory {
  /** For whichever worker is free. */
  readonly requests: SharedQueue;
  readonly replies: SharedQueue;
  /** For one worker each. */
  readonly inboxes: readonly SharedQueue[];
  readonly #state: Int32Array;
  readonly #owners: number;

  constructor(source: PoolHandles | number) {
    const isNew = typeof source === "number";
    const workers = isNew ? source : source.inboxes.length;
    this.#owners = (workers + 1) * LINE;
    this.#state = new Int32Array(
      isNew ? new SharedArrayBuffer((this.#owners + MAX_POOLED_CALLS) * 4) : source.state,
    );
    this.requests = new SharedQueue(isNew ? MAX_POOLED_CALLS : source.requests);
    this.replies = new SharedQueue(isNew ? MAX_POOLED_CALLS : source.replies);
    this.inboxes = isNew
      ? Array.from({ length: workers }, () => new SharedQueue(MAX_POOLED_CALLS))
      : source.inboxes.map((memory) => new SharedQueue(memory));
  }

  get handles(): PoolHandles {
    const { buffer } = this.#state;
    if (!(buffer instanceof SharedArrayBuffer)) {
      throw new TypeError("the state of workers must be shared");
    }
    return {
      state: buffer,
      requests: this.requests.memory,
      replies: this.replies.memory,
      inboxes: this.inboxes.map(({ memory }) => memory),
    };
  }

  /** Says that a thread is about to sleep. It must look for work once more before it does. */
  fallAsleep(thread: number): void {
    Atomics.store(this.#state, thread * LINE, 1);
  }

  /** The thread has ended: there is nobody to be woken. */
  forget(thread: number): void {
    Atomics.store(this.#state, thread * LINE, 0);
  }

  /** True for exactly one of those who ask while the thread sleeps: that one wakes it. */
  mayWake(thread: number): boolean {
    const at = thread * LINE;
    return Atomics.load(this.#state, at) === 1 && Atomics.compareExchange(this.#state, at, 1, 0) === 1;
  }

  /** A place in the table of calls is given to a new one. */
  open(slot: number): void {
    Atomics.store(this.#state, this.#owners + slot, WAITING);
  }

  /** A worker begins a call: false if it has been withdrawn. */
  begin(slot: number, worker: number): boolean {
    return Atomics.compareExchange(this.#state, this.#owners + slot, WAITING, worker) === WAITING;
  }

  /** Keeps a call from being begun: the worker that has begun it before, or 0. */
  withdraw(slot: number): number {
    return Math.max(Atomics.compareExchange(this.#state, this.#owners + slot, WAITING, WITHDRAWN), 0);
  }

  /** Who has begun a call; 0 for nobody. */
  ownerOf(slot: number): number {
    return Math.max(Atomics.load(this.#state, this.#owners + slot), 0);
  }
}
