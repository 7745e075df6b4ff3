/** 32-bit words of a record in front of its octets. */
const STATE = 0;
const CONNECTION = 1;
const TOKEN = 2;
const LENGTH = 3;
const HEADER = 4;

/** 32-bit words of a record. */
const STRIDE = 256;

/** Octets of a request or a reply that a record holds; longer ones go another way. */
export const MAX_RECORDED_OCTETS = (STRIDE - HEADER) * 4;

/** The length of what goes another way. */
export const ELSEWHERE = -1;

/**
 * What a record says of its call: ANSWERED; a worker's number, from 1 on, once that has begun it; until then for whom it is:
 * GIVEN minus a worker's number, or minus 0 for whichever is free; or WITHDRAWN, which is not to be begun any more.
 */
const ANSWERED = 0;
const GIVEN = -1;
const WITHDRAWN = -0x8000;

/** How a worker has come by a call. */
export type Claim = "begun" | "withdrawn" | "missed";

/**
 * A record for each call that workers have at a time, in memory that the threads of a server share: first the request, then
 * the reply. A worker begins a call by one compare-exchange in its record, whichever way it came to know of it: from then on
 * the record says whose it is, whatever becomes of that thread.
 */
export class CallRecords {
  readonly memory: SharedArrayBuffer;
  /** All records: the octets of one begin at `start(slot)`. */
  readonly octets: Buffer;
  readonly view: DataView;
  readonly #words: Int32Array;

  /** New ones, so many; or another thread's, by their memory. */
  constructor(memory: SharedArrayBuffer | number) {
    this.memory = typeof memory === "number" ? new SharedArrayBuffer(memory * STRIDE * 4) : memory;
    this.octets = Buffer.from(this.memory);
    this.view = new DataView(this.memory);
    this.#words = new Int32Array(this.memory);
  }

  /** Where the octets of a record begin, and how many they are, or ELSEWHERE. */
  start(slot: number): number {
    return (slot * STRIDE + HEADER) * 4;
  }

  length(slot: number): number {
    return this.#word(slot, LENGTH);
  }

  /** The call's client, and `modifiedId` of its sender's token in the thread that owns the ports. */
  connection(slot: number): number {
    return this.#word(slot, CONNECTION);
  }

  token(slot: number): number {
    return this.#word(slot, TOKEN);
  }

  setLength(slot: number, length: number): void {
    this.#words[slot * STRIDE + LENGTH] = fits(length) ? length : ELSEWHERE;
  }

  /** Offers a call, whose octets are there, to a worker, or with 0 to whichever is free. */
  offer(slot: number, connection: number, token: number, worker: number): void {
    const at = slot * STRIDE;
    this.#words[at + CONNECTION] = connection;
    this.#words[at + TOKEN] = token;
    Atomics.store(this.#words, at + STATE, GIVEN - worker);
  }

  /** A worker begins a call that was offered to `given`, itself or 0; a withdrawn one is its to answer, too. */
  claim(slot: number, given: number, worker: number): Claim {
    const at = slot * STRIDE + STATE;
    for (;;) {
      const state = Atomics.load(this.#words, at);
      if (state !== GIVEN - given && state !== WITHDRAWN) {
        return "missed";
      }
      if (Atomics.compareExchange(this.#words, at, state, worker) === state) {
        return state === WITHDRAWN ? "withdrawn" : "begun";
      }
    }
  }

  /** Keeps a call from being begun: the worker that has begun it before, or 0. */
  withdraw(slot: number, given: number): number {
    const at = slot * STRIDE + STATE;
    return Math.max(Atomics.compareExchange(this.#words, at, GIVEN - given, WITHDRAWN), 0);
  }

  /** Who has begun a call; 0 for nobody. */
  owner(slot: number): number {
    return Math.max(Atomics.load(this.#words, slot * STRIDE + STATE), 0);
  }

  /** The call is over. */
  close(slot: number): void {
    Atomics.store(this.#words, slot * STRIDE + STATE, ANSWERED);
  }

  #word(slot: number, word: number): number {
    return this.#words[slot * STRIDE + word] ?? 0;
  }
}

/** Whether so many octets travel in the record itself. */
export function fits(length: number): boolean {
  return length <= MAX_RECORDED_OCTETS;
}
