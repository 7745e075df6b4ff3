import { PORT_MESSAGE_SIZE } from "../../message.js";
import { align8, violation } from "../../port-message.js";
import type { InboundPacket } from "../inbound-packet.js";
import { ENTRY_HEADER, type Ring } from "./list-memory.js";

/** Octets up to which a loop beats a call and the view made for it. */
const SHORT = 1024;

/** What the control word says while we look: any odd number. */
const AWAKE = 1;

/** How often the room is given back while the ring goes round once. */
const PUBLICATIONS = 16;

/** What `take` answers when it has no message. */
export const NOTHING = 0;
export const WAITS_FOR_SOCKET = -1;

/**
 * The receiving end of a ring. The other side can write to it at any time, so each entry is copied to memory of ours before
 * anything looks at it, each word is read once, and how far we have read is known only to us.
 */
export class ListConsumer {
  readonly #control: Int32Array;
  readonly #ring: Ring;
  readonly #words: Uint32Array;
  readonly #pairs: BigInt64Array;
  readonly #capacity: number;
  readonly #tailIndex: number;
  #head = 0;
  #published = 0;
  /** How far the producer has been seen to have written. */
  #tail = 0;

  constructor(ring: Ring) {
    this.#control = ring.control;
    this.#ring = ring;
    this.#words = ring.words;
    this.#pairs = ring.pairs;
    this.#capacity = ring.bytes.length;
    this.#tailIndex = ring.tail;
  }

  /** Octets read so far, modulo 2^32, as an i32. */
  get position(): number {
    return this.#head;
  }

  /** Whether everything has been taken that has been seen so far. */
  get isCaughtUp(): boolean {
    return this.#tail === this.#head;
  }

  /** Whether there are entries that have not been taken. */
  hasEntries(): boolean {
    return this.#tail !== this.#head || Atomics.load(this.#control, this.#ring.tail) !== this.#head;
  }

  /** The same, by a plain read, an eighth of the time: of use to who looks again, as it may see what is new a little later. */
  seesEntries(): boolean {
    return this.#tail !== this.#head || this.#control[this.#tailIndex] !== this.#head;
  }

  /** Whether the producer has written up to `position`, which we have not passed. */
  reaches(position: number): boolean {
    this.#look();
    const ahead = (position - this.#head) | 0;
    return ahead >= 0 && ahead <= ((this.#tail - this.#head) | 0);
  }

  /**
   * Copies the next message to the start of `target`, which has room for `maxLength` octets: its length, NOTHING, or
   * WAITS_FOR_SOCKET if the producer had sent more than `socketCount` packets over the socket before it. Throws
   * AlpcError INVALID_MESSAGE for an entry that is not in order; nothing more can be read then.
   */
  take(target: InboundPacket, maxLength: number, socketCount: number): number {
    if (this.#head === this.#tail && !this.#look()) return NOTHING;
    const words = this.#words;
    let at = this.#head & (this.#capacity - 1);
    let length = words[at >> 2] ?? 0;
    if (length === 0) {
      const skipped = this.#capacity - at;
      if (at === 0 || skipped > ((this.#tail - this.#head) | 0)) throw violation("an entry of no length");
      this.#head = (this.#head + skipped) | 0;
      if (this.#head === this.#tail) return NOTHING;
      at = 0;
      length = words[0] ?? 0;
    }
    if (length < PORT_MESSAGE_SIZE || length > maxLength) throw violation(`an entry of ${length} octets`);
    const size = ENTRY_HEADER + align8(length);
    if (size > ((this.#tail - this.#head) | 0) || size > this.#capacity - at)
      throw violation(`an entry of ${length} octets where there are fewer`);
    if ((((words[(at >> 2) + 1] ?? 0) - socketCount) | 0) > 0) return WAITS_FOR_SOCKET;
    this.#copy((at + ENTRY_HEADER) >> 3, align8(length) >> 3, target.pairs);
    this.#head = (this.#head + size) | 0;
    return length;
  }

  /** Gives the room of what was taken back to the producer: now and then, as it has other ways when there is none. */
  publish(): void {
    if (((this.#head - this.#published) | 0) < this.#capacity / PUBLICATIONS) return;
    this.#published = this.#head;
    Atomics.store(this.#control, this.#ring.head, this.#head);
  }

  /** We look for entries ourselves. */
  wakeUp(): void {
    Atomics.store(this.#control, this.#ring.awake, AWAKE);
  }

  /** From now on the producer has to wake us from the sleep of that number. Entries from before may be there: look once more after this. */
  goToSleep(sleep: number): void {
    Atomics.store(this.#control, this.#ring.awake, sleep);
  }

  /** Learns how far the producer has written; whether that is beyond where we are. */
  #look(): boolean {
    const tail = Atomics.load(this.#control, this.#ring.tail);
    if (tail === this.#tail) return tail !== this.#head;
    const used = (tail - this.#head) | 0;
    if (used < ((this.#tail - this.#head) | 0) || used > this.#capacity || (tail & 7) !== 0)
      throw violation(
        `the list was written up to ${tail >>> 0}, after ${this.#tail >>> 0} of ${this.#capacity}`,
      );
    this.#tail = tail;
    return true;
  }

  /** Two words at a time: compiled, such a loop makes no bigints. */
  #copy(from: number, count: number, target: BigInt64Array): void {
    const pairs = this.#pairs;
    if (count > SHORT / 8) target.set(pairs.subarray(from, from + count));
    else for (let i = 0; i < count; i++) target[i] = pairs[from + i] ?? 0n;
  }
}
