/** 32-bit words in front of a message's octets: its place in the order, and what `QueueEntry` holds. */
const HEADER = 8;
const SEQUENCE = 0;
const CONNECTION = 1;
const TOKEN = 2;
const SLOT = 3;
const LENGTH = 4;

/** Octets that a message takes at most; longer ones go another way. */
export const MAX_QUEUED_OCTETS = 1024 - HEADER * 4;

const STRIDE = (MAX_QUEUED_OCTETS + HEADER * 4) / 4;
/** In front of the entries, each on a cache line of its own: where the next message is put, and taken from. */
const TAIL = 0;
const HEAD = 16;
const FIRST = 32;

/** What is taken out of a queue. `octets` belongs to whoever takes, and is written over by the next message. */
export interface QueueEntry {
  connection: number;
  /** `modifiedId` of the token of the message's sender, in the thread that owns the ports. */
  token: number;
  /** The call's place in the table of calls. */
  slot: number;
  /** Octets of the message, or -1 if they come another way. */
  length: number;
  readonly octets: Buffer;
}

/**
 * A queue between threads of this process: any of them puts messages in, any takes them out, nobody waits for anybody
 * (D. Vyukov's bounded queue: each entry counts the laps, which tells whose turn it is).
 */
export class SharedQueue {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #octets: Buffer;
  readonly #mask: number;

  /**
   * A new queue with room for a number of messages, a power of two; or another thread's, by its memory. `first` is where
   * the count of messages begins, which goes round at 2^32.
   */
  constructor(memory: SharedArrayBuffer | number, first = 0) {
    const isNew = typeof memory === "number";
    this.memory = isNew ? new SharedArrayBuffer((FIRST + memory * STRIDE) * 4) : memory;
    this.#words = new Int32Array(this.memory);
    this.#octets = Buffer.from(this.memory);
    const capacity = (this.#words.length - FIRST) / STRIDE;
    this.#mask = capacity - 1;
    if (isNew) {
      this.#begin(first);
    }
  }

  /** Forgets everything, even what somebody has begun who no longer lives. Nobody else must use the queue meanwhile. */
  clear(): void {
    this.#begin(0);
  }

  #begin(first: number): void {
    for (let i = 0; i <= this.#mask; i++) {
      Atomics.store(this.#words, this.#at(first + i) + SEQUENCE, (first + i) | 0);
    }
    Atomics.store(this.#words, HEAD, first);
    Atomics.store(this.#words, TAIL, first);
  }

  /** Something to take was there at this moment. */
  get hasEntries(): boolean {
    const head = Atomics.load(this.#words, HEAD);
    return Atomics.load(this.#words, this.#at(head) + SEQUENCE) === ((head + 1) | 0);
  }

  /** Puts a message in, in two parts; only `connection`, `token` and `slot` if the octets are too many. False if the queue is full. */
  push(connection: number, token: number, slot: number, head: Uint8Array, body: Uint8Array): boolean {
    const words = this.#words;
    for (;;) {
      const tail = Atomics.load(words, TAIL);
      const at = this.#at(tail);
      const lap = (Atomics.load(words, at + SEQUENCE) - tail) | 0;
      if (lap < 0) {
        return false;
      }
      if (lap > 0 || Atomics.compareExchange(words, TAIL, tail, (tail + 1) | 0) !== tail) {
        continue;
      }
      const length = head.length + body.length;
      words[at + CONNECTION] = connection;
      words[at + TOKEN] = token;
      words[at + SLOT] = slot;
      words[at + LENGTH] = fits(length) ? length : -1;
      if (fits(length)) {
        const start = (at + HEADER) * 4;
        this.#octets.set(head, start);
        this.#octets.set(body, start + head.length);
      }
      Atomics.store(words, at + SEQUENCE, (tail + 1) | 0);
      return true;
    }
  }

  /** Takes the next message out, its octets to `entry.octets` from `start` on. False if there is none. */
  pop(entry: QueueEntry, start: number): boolean {
    const words = this.#words;
    for (;;) {
      const head = Atomics.load(words, HEAD);
      const at = this.#at(head);
      const lap = (Atomics.load(words, at + SEQUENCE) - head - 1) | 0;
      if (lap < 0) {
        return false;
      }
      if (lap > 0 || Atomics.compareExchange(words, HEAD, head, (head + 1) | 0) !== head) {
        continue;
      }
      entry.connection = words[at + CONNECTION] ?? 0;
      entry.token = words[at + TOKEN] ?? 0;
      entry.slot = words[at + SLOT] ?? 0;
      entry.length = words[at + LENGTH] ?? 0;
      if (entry.length > 0) {
        const from = (at + HEADER) * 4;
        this.#octets.copy(entry.octets, start, from, from + entry.length);
      }
      Atomics.store(words, at + SEQUENCE, (head + this.#mask + 1) | 0);
      return true;
    }
  }

  #at(position: number): number {
    return FIRST + (position & this.#mask) * STRIDE;
  }
}

/** Whether a message of so many octets travels in the queue itself. */
export function fits(length: number): boolean {
  return length <= MAX_QUEUED_OCTETS;
}
