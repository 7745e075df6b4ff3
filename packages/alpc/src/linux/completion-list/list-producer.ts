import { align8, violation } from "../../port-message.js";
import { ENTRY_HEADER, type Ring } from "./list-memory.js";

/** A message is not written in place where there are fewer octets for it: what most messages need, header included. */
const LEAST_ROOM = 1024;

/**
 * The sending end of a ring. Messages are written straight into it, and published together. What the other side says
 * (how far it has read, whether it sleeps) is checked before it is believed; where we are ourselves is not read back.
 */
export class ListProducer {
  /** Where messages are written. */
  readonly slab: Buffer;
  readonly words: Uint32Array;
  readonly pairs: BigInt64Array;
  readonly view: DataView;
  readonly #control: Int32Array;
  readonly #ring: Ring;
  readonly #capacity: number;
  #tail = 0;
  #published = 0;
  /** How far the consumer has been seen to have read. */
  #head = 0;
  /** The sleep of which the consumer has been told. */
  #rung = -1;
  #lentAt = -1;
  #lentRoom = 0;

  constructor(ring: Ring) {
    this.slab = ring.bytes;
    this.words = ring.words;
    this.pairs = ring.pairs;
    this.view = new DataView(ring.bytes.buffer, ring.bytes.byteOffset, ring.bytes.length);
    this.#control = ring.control;
    this.#ring = ring;
    this.#capacity = ring.bytes.length;
  }

  /** Octets written so far, modulo 2^32, as an i32. */
  get position(): number {
    return this.#tail;
  }

  get hasUnpublished(): boolean {
    return this.#tail !== this.#published;
  }

  /** Where in the slab a message is being written of which nobody knows yet how long it will be; -1 if none is. */
  get lentAt(): number {
    return this.#lentAt;
  }

  /** Octets that it may have, a multiple of 8. */
  get lentRoom(): number {
    return this.#lentRoom;
  }

  /**
   * Lends the room at the end, `lentRoom` octets at `lentAt`, for a message: false if there is too little, or it is lent
   * already. Nothing else finds room here until `commit` or `release`. Throws AlpcError INVALID_MESSAGE if the consumer lies.
   */
  lend(): boolean {
    if (this.#lentAt >= 0) return false;
    const at = this.#tail & (this.#capacity - 1);
    const longest = Math.min(this.#capacity - at, this.#capacity / 2);
    if (longest < ENTRY_HEADER + LEAST_ROOM || !this.#hasRoom(ENTRY_HEADER + LEAST_ROOM)) return false;
    this.#lentAt = at + ENTRY_HEADER;
    this.#lentRoom = Math.min(longest, this.#capacity - ((this.#tail - this.#head) | 0)) - ENTRY_HEADER;
    return true;
  }

  /** The message at `lentAt` will not be sent. */
  release(): void {
    this.#lentAt = -1;
  }

  /**
   * Room for a message of up to `length` octets: its offset in the slab, a multiple of 8, or -1 if there is none, or
   * it is too long for the ring. Fill it, then `commit`. Throws AlpcError INVALID_MESSAGE if the consumer lies.
   */
  reserve(length: number): number {
    if (this.#lentAt >= 0) return -1;
    const size = ENTRY_HEADER + align8(length);
    const at = this.#tail & (this.#capacity - 1);
    const toEnd = this.#capacity - at;
    if (size <= toEnd) return this.#hasRoom(size) ? at + ENTRY_HEADER : -1;
    // With entries of up to half of it, an empty ring has room for each, wherever it begins.
    if (size > this.#capacity / 2 || !this.#hasRoom(toEnd + size)) return -1;
    this.words[at >> 2] = 0;
    this.#tail = (this.#tail + toEnd) | 0;
    return ENTRY_HEADER;
  }

  /** Appends the message that was written at the last reserved offset, or at `lentAt`. `socketCount`: packets sent over the socket before it. */
  commit(length: number, socketCount: number): void {
    const base = (this.#tail & (this.#capacity - 1)) >> 2;
    this.words[base] = length;
    this.words[base + 1] = socketCount;
    this.#tail = (this.#tail + ENTRY_HEADER + align8(length)) | 0;
    this.#lentAt = -1;
  }

  /** Lets the consumer see what has been written. Then, and not before, see `mustRing`. */
  publish(): void {
    this.#published = this.#tail;
    Atomics.store(this.#control, this.#ring.tail, this.#tail);
  }

  /** The number of the sleep of which it was last said that the consumer has to be woken. */
  get sleep(): number {
    return this.#rung;
  }

  /** Whether the consumer sleeps and nobody has woken it yet: true once for each sleep. */
  mustRing(): boolean {
    const awake = Atomics.load(this.#control, this.#ring.awake);
    if ((awake & 1) === 1 || awake === this.#rung) return false;
    this.#rung = awake;
    return true;
  }

  #hasRoom(size: number): boolean {
    if (size <= this.#capacity - ((this.#tail - this.#head) | 0)) return true;
    const head = Atomics.load(this.#control, this.#ring.head);
    const progress = (head - this.#head) | 0;
    if (progress < 0 || progress > ((this.#tail - this.#head) | 0) || (head & 7) !== 0)
      throw violation(
        `the list was read up to ${head >>> 0} of ${this.#tail >>> 0}, after ${this.#head >>> 0}`,
      );
    this.#head = head;
    return size <= this.#capacity - ((this.#tail - head) | 0);
  }
}
