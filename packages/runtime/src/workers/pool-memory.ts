import { CallRecords } from "./call-records.js";
import { NOTHING, SharedRing } from "./shared-ring.js";

/** Calls that the workers of a server have at a time, waiting ones among them; also the room of every ring. */
export const MAX_POOLED_CALLS = 1024;

/** Words between two threads' states: each has a cache line of its own. */
const LINE = 16;

/** On the line of each thread: what it does; for a worker, how long its calls take. */
const STATE = 0;
const PACE = 1;

/** What a thread does. */
const BUSY = 0;
const LOOKING = 1;
const ASLEEP = 2;

/** The thread that owns the ports; workers are numbered from 1 on. */
export const SERVER_THREAD = 0;

/** What the threads of a server share, as it is passed to a worker. */
export interface PoolHandles {
  readonly states: SharedArrayBuffer;
  readonly records: SharedArrayBuffer;
  readonly requests: SharedArrayBuffer;
  readonly inboxes: readonly SharedArrayBuffer[];
  readonly replies: readonly SharedArrayBuffer[];
}

/**
 * Memory that the threads of a server share: records of calls, rings that say which of them to look at, and what each
 * thread does. A ring is only ever written to by one thread, and a worker that ends leaves it as it should be.
 */
export class PoolMemory {
  readonly records: CallRecords;
  /** Calls for whichever worker is free. */
  readonly requests: SharedRing;
  /** For and from one worker each, at its number less 1. */
  readonly inboxes: readonly SharedRing[];
  readonly replies: readonly SharedRing[];
  readonly #states: Int32Array;

  /** New memory for so many workers, or another thread's. */
  constructor(source: PoolHandles | number) {
    const isNew = typeof source === "number";
    const rings = (shared: readonly SharedArrayBuffer[]): SharedRing[] =>
      shared.map((memory) => new SharedRing(memory));
    const newRings = (): SharedRing[] =>
      Array.from({ length: isNew ? source : 0 }, () => new SharedRing(MAX_POOLED_CALLS));
    this.records = new CallRecords(isNew ? MAX_POOLED_CALLS : source.records);
    this.requests = new SharedRing(isNew ? MAX_POOLED_CALLS : source.requests);
    this.inboxes = isNew ? newRings() : rings(source.inboxes);
    this.replies = isNew ? newRings() : rings(source.replies);
    this.#states = new Int32Array(
      isNew ? new SharedArrayBuffer((this.inboxes.length + 1) * LINE * 4) : source.states,
    );
  }

  get handles(): PoolHandles {
    const { buffer: states } = this.#states;
    if (!(states instanceof SharedArrayBuffer)) {
      throw new TypeError("the states of threads must be shared");
    }
    return {
      states,
      records: this.records.memory,
      requests: this.requests.memory,
      inboxes: this.inboxes.map(({ memory }) => memory),
      replies: this.replies.map(({ memory }) => memory),
    };
  }

  /** Says that a thread looks for work of its own accord. */
  look(thread: number): void {
    Atomics.store(this.#states, thread * LINE + STATE, LOOKING);
  }

  /** Says that a thread has something to do, or is no more. */
  beBusy(thread: number): void {
    Atomics.store(this.#states, thread * LINE + STATE, BUSY);
  }

  isLooking(thread: number): boolean {
    return Atomics.load(this.#states, thread * LINE + STATE) === LOOKING;
  }

  /** Says that a thread is about to sleep. It must look for work once more before it does. */
  fallAsleep(thread: number): void {
    Atomics.store(this.#states, thread * LINE + STATE, ASLEEP);
  }

  /** True for exactly one of those who ask while the thread sleeps: that one wakes it. */
  mayWake(thread: number): boolean {
    const at = thread * LINE + STATE;
    return (
      Atomics.load(this.#states, at) === ASLEEP &&
      Atomics.compareExchange(this.#states, at, ASLEEP, BUSY) === ASLEEP
    );
  }

  /** Says how many microseconds calls have kept a worker lately, most of them. */
  setPace(worker: number, microseconds: number): void {
    Atomics.store(this.#states, worker * LINE + PACE, Math.ceil(microseconds));
  }

  /** What that is with the slowest of them; null before the first call. */
  get pace(): number | null {
    let slowest = 0;
    for (let worker = 1; worker <= this.inboxes.length; worker++) {
      slowest = Math.max(slowest, Atomics.load(this.#states, worker * LINE + PACE));
    }
    return slowest === 0 ? null : slowest;
  }

  /** Whether there may be a call for a worker. */
  hasWork(worker: number): boolean {
    return this.hasOwnWork(worker) || this.requests.length > 0;
  }

  /** Whether there may be a call that is for it alone. */
  hasOwnWork(worker: number): boolean {
    return (this.inboxes[worker - 1]?.length ?? 0) > 0;
  }

  /** A worker begins the next call, one that is for it before one that is for anyone: its place, or NOTHING. */
  begin(worker: number): number {
    const inbox = this.inboxes[worker - 1];
    const own = inbox === undefined ? NOTHING : this.#beginFirst(inbox, worker, worker);
    return own === NOTHING ? this.#beginFirst(this.requests, 0, worker) : own;
  }

  #beginFirst(ring: SharedRing, given: number, worker: number): number {
    for (;;) {
      const slot = ring.first();
      if (slot === NOTHING) {
        return NOTHING;
      }
      const claim = this.records.claim(slot, given, worker);
      ring.drop();
      if (claim === "begun") {
        return slot;
      }
      if (claim === "withdrawn") {
        this.answer(slot, worker, 0);
      }
    }
  }

  /** A worker has answered a call: the octets are in the record, if there is room for so many. */
  answer(slot: number, worker: number, length: number): void {
    this.records.setLength(slot, length);
    this.replies[worker - 1]?.push(slot);
  }

  /** Whether a worker has answered anything that has not been taken yet. */
  hasReplies(): boolean {
    for (const ring of this.replies) {
      if (ring.length > 0) {
        return true;
      }
    }
    return false;
  }

  /** The place of an answered call, or NOTHING; for the server's own thread. */
  takeReply(): number {
    for (const ring of this.replies) {
      const slot = ring.first();
      if (slot !== NOTHING) {
        ring.drop();
        return slot;
      }
    }
    return NOTHING;
  }
}
