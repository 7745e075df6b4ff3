/** In front of the numbers, each on a cache line of its own: how many have been put in, and taken out, modulo 2^32. */
const TAIL = 0;
const HEAD = 16;
const FIRST = 32;

/** What `first` says of an empty ring. */
export const NOTHING = -1;

/**
 * Numbers from 0 on that one thread puts in and any thread takes out, in order. To look at the first one changes nothing,
 * and to drop it is one step. So a thread may end anywhere: nobody finds anything half done, or waits for what it was about to do.
 */
export class SharedRing {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #capacity: number;
  /** Where `first` has looked. */
  #position = 0;

  /** A new ring with room for so many numbers, a power of two; or another thread's, by its memory. `start`: what the counts begin with. */
  constructor(memory: SharedArrayBuffer | number, start = 0) {
    const isNew = typeof memory === "number";
    this.memory = isNew ? new SharedArrayBuffer((FIRST + memory) * 4) : memory;
    this.#words = new Int32Array(this.memory);
    this.#capacity = this.#words.length - FIRST;
    if (isNew) {
      this.#words[HEAD] = this.#words[TAIL] = start;
    }
  }

  /** How many are in at this moment. */
  get length(): number {
    return (Atomics.load(this.#words, TAIL) - Atomics.load(this.#words, HEAD)) | 0;
  }

  /** Puts a number in: only one thread at a time does. False if the ring is full. */
  push(value: number): boolean {
    if (this.length >= this.#capacity) {
      return false;
    }
    const tail = Atomics.load(this.#words, TAIL);
    Atomics.store(this.#words, this.#at(tail), value);
    Atomics.store(this.#words, TAIL, (tail + 1) | 0);
    return true;
  }

  /** The oldest number, or NOTHING. When others take, too, it may be gone already, or have made way for a newer one. */
  first(): number {
    this.#position = Atomics.load(this.#words, HEAD);
    return this.#position === Atomics.load(this.#words, TAIL)
      ? NOTHING
      : Atomics.load(this.#words, this.#at(this.#position));
  }

  /** Takes out what `first` has seen, unless somebody has done so. */
  drop(): void {
    Atomics.compareExchange(this.#words, HEAD, this.#position, (this.#position + 1) | 0);
  }

  /** Forgets what is in; for the thread that puts in, when nobody takes. */
  clear(): void {
    Atomics.store(this.#words, HEAD, Atomics.load(this.#words, TAIL));
  }

  #at(position: number): number {
    return FIRST + (position & (this.#capacity - 1));
  }
}
