import { NdrError, type NdrErrorCode } from "./error.js";
import { type Alignment, defaultWriterOptions, maxCount, type WriterOptions } from "./limits.js";
import type { ApartArray } from "./read-cursor.js";

/** A buffer that grew beyond this many octets is not kept for the next message. */
const keptCapacity = 0x10_0000;

/**
 * The memory that a message is written into: one buffer that grows and is used again for the next message, and between its
 * octets references to large blocks of the caller's ("external chunks"), which are not copied.
 */
export class WriteBuffer {
  readonly #capacity: number;
  readonly #maxLength: number;
  protected octets: Buffer;
  protected view: DataView;
  /** Physical position of stub offset 0. */
  #base: number;
  #headroom: number;
  #position: number;
  /** Physical position at which the buffer or the allowed length ends, whichever is first. */
  #end: number;
  /** Stub offset minus physical position: minus the base, plus the octets of external chunks. */
  #bias: number;
  /** Physical position at which the buffer ends, or the part of it that is ours. */
  #room: number;
  /** The writer's own memory, where the message is unless it is in that of somebody else. */
  #ownOctets: Buffer;
  #ownView: DataView;
  /** External chunks, in order, and the physical position that each is inserted at. */
  readonly #chunks: Uint8Array[] = [];
  readonly #chunkPositions: number[] = [];

  constructor(options: WriterOptions = {}) {
    const { capacity, headroom, maxLength } = { ...defaultWriterOptions, ...options };
    this.#capacity = Math.max(capacity, headroom, 16);
    this.#maxLength = Math.min(maxLength, maxCount);
    this.octets = this.#ownOctets = Buffer.alloc(this.#capacity);
    this.view = this.#ownView = viewOf(this.octets);
    this.#headroom = headroom;
    this.#base = headroom;
    this.#position = headroom;
    this.#bias = -headroom;
    this.#room = this.octets.length;
    this.#end = Math.min(this.#room, headroom + this.#maxLength);
  }

  /** Starts a new message in the same buffer, with `headroom` octets before stub offset 0, and lets go of external chunks. */
  reset(headroom: number = this.#headroom): void {
    this.#leave();
    if (this.octets.length > Math.max(keptCapacity, this.#capacity) || this.octets.length < headroom) {
      this.#use(Buffer.alloc(Math.max(this.#capacity, headroom)));
    } else if (headroom > this.#headroom) {
      this.octets.fill(0, this.#headroom, headroom);
    }
    this.#start(0, headroom, this.octets.length);
  }

  /**
   * Starts a new message in memory that somebody else owns: `capacity` octets of `buffer` from `start`, of which the first
   * `headroom` are left alone. A message that outgrows them is moved to the writer's own memory, which `isAttached` tells.
   * `view`, if it is at hand, is one of the whole `buffer`. The next `reset` lets go of the memory. Others may write to it
   * meanwhile: nothing that has been written decides how the writer goes on.
   */
  attach(
    buffer: Buffer,
    start: number,
    capacity: number,
    headroom: number,
    view: DataView = viewOf(buffer),
  ): void {
    if (!(start >= 0 && headroom >= 0 && headroom <= capacity && start + capacity <= buffer.length)) {
      throw new RangeError(`${capacity} octets at ${start} of ${buffer.length}, headroom ${headroom}`);
    }
    this.octets = buffer;
    this.view = view;
    this.#start(start, headroom, start + capacity);
  }

  /** Whether the message still is in the memory that `attach` named. */
  get isAttached(): boolean {
    return this.octets !== this.#ownOctets;
  }

  /** Moves the message to the writer's own memory if it is not there. */
  detach(): void {
    if (this.isAttached) this.#move(this.#position);
  }

  /** Where the message, headroom first, begins in `storage`: 0 unless it was attached. */
  get start(): number {
    return this.#base - this.#headroom;
  }

  /** Stub octets written, those of external chunks included. */
  get length(): number {
    return this.#position + this.#bias;
  }

  /** Headroom and the octets written, without external chunks; a window on the writer's memory, valid until the next write or `reset`. */
  get buffer(): Buffer {
    return this.octets.subarray(this.start, this.#position);
  }

  /** The whole memory, of which `headroom + length` octets from `start` are the message if it is contiguous: `buffer` without a new object. */
  get storage(): Buffer {
    return this.octets;
  }

  /** Whether `buffer` has the whole message: no external chunks. */
  get isContiguous(): boolean {
    return this.#chunks.length === 0;
  }

  /** Copies the stub octets, without headroom and with external chunks in place, to `targetStart`; `target` has room for `length`. */
  copyTo(target: Uint8Array, targetStart: number): void {
    if (!(targetStart >= 0) || target.length - targetStart < this.length) {
      this.fail(
        "limit_exceeded",
        `${this.length} octets do not fit into ${target.length} from ${targetStart}`,
      );
    }
    this.#copy(target, targetStart, -1);
  }

  /**
   * The largest external chunk, and the stub offset that it comes at, for whoever sends it apart from the rest; null if
   * there is none.
   */
  get apart(): ApartArray | null {
    const chunk = this.#chunks[this.#largest()];
    return chunk === undefined ? null : { bytes: chunk, offset: this.#offsetOf(this.#largest()) };
  }

  /** As `copyTo`, without the chunk that `apart` names. */
  copyRest(target: Uint8Array, targetStart: number): void {
    this.#copy(target, targetStart, this.#largest());
  }

  /** Copies external chunks into the buffer, after which the message is contiguous and in the writer's own memory. */
  flatten(): void {
    if (this.#chunks.length === 0) return;
    const { length } = this;
    const flat = Buffer.alloc(this.#headroom + length);
    this.octets.copy(flat, 0, this.start, this.#base);
    this.copyTo(flat, this.#headroom);
    this.#use(flat);
    this.#start(0, this.#headroom, flat.length);
    this.#position = flat.length;
  }

  /**
   * Room for members of fixed size, one after the other: pads with zeros to `alignment` and answers the physical position of
   * `size` octets, every one of which is to be written.
   */
  run(alignment: Alignment, size: number): number {
    return this.claim(alignment, size);
  }

  /** Pads with zeros to `alignment`, makes room for `size` octets and answers their physical position. */
  protected claim(alignment: number, size: number): number {
    const position = this.#position;
    // Only the low bits of the offset count, and negation in 32 bits keeps those.
    const at = position + (-(position + this.#bias) & (alignment - 1));
    const next = at + size;
    if (next > this.#end) {
      this.#grow(next);
      return this.claim(alignment, size);
    }
    for (let i = position; i < at; i++) this.octets[i] = 0;
    this.#position = next;
    return at;
  }

  /** Takes a block into the message as it is; the caller leaves it unchanged until the message is sent or the writer reset. */
  protected addChunk(chunk: Uint8Array): void {
    if (chunk.length > this.#maxLength - this.length) this.#refuseLength(this.length + chunk.length);
    this.#chunks.push(chunk);
    this.#chunkPositions.push(this.#position);
    this.#bias += chunk.length;
    this.#end = Math.min(this.#room, this.#maxLength - this.#bias);
  }

  #copy(target: Uint8Array, targetStart: number, left: number): void {
    let from = this.#base;
    let to = targetStart;
    for (let i = 0; i < this.#chunks.length; i++) {
      const until = this.#chunkPositions[i] ?? from;
      const chunk = i === left ? nothing : (this.#chunks[i] ?? nothing);
      this.octets.copy(target, to, from, until);
      target.set(chunk, to + until - from);
      to += until - from + chunk.length;
      from = until;
    }
    this.octets.copy(target, to, from, this.#position);
  }

  /** The index of the largest chunk, -1 without chunks. */
  #largest(): number {
    let largest = -1;
    let length = -1;
    for (const [i, chunk] of this.#chunks.entries()) {
      if (chunk.length > length) [largest, length] = [i, chunk.length];
    }
    return largest;
  }

  #offsetOf(index: number): number {
    const before = this.#chunks.slice(0, index).reduce((sum, { length }) => sum + length, 0);
    return (this.#chunkPositions[index] ?? this.#base) - this.#base + before;
  }

  #start(start: number, headroom: number, end: number): void {
    this.#dropChunks();
    this.#headroom = headroom;
    this.#base = start + headroom;
    this.#position = this.#base;
    this.#bias = -this.#base;
    this.#room = end;
    this.#end = Math.min(end, this.#base + this.#maxLength);
  }

  /** Makes room up to physical position `needed`, at least doubling the buffer; the length is checked before memory is taken. */
  #grow(needed: number): void {
    const allowed = this.#maxLength - this.#bias;
    if (needed > allowed) this.#refuseLength(needed + this.#bias);
    if (needed > this.#room) this.#move(needed);
    this.#end = Math.min(this.#room, this.#maxLength - this.#bias);
  }

  /** Moves the message to memory of our own in which there is room up to what now is physical position `needed`. */
  #move(needed: number): void {
    const { octets, start } = this;
    const end = this.#position;
    this.#leave();
    const size = needed - start;
    if (size > this.octets.length || this.octets === octets) {
      const allowed = this.#headroom + this.#maxLength;
      this.#use(Buffer.alloc(Math.min(Math.max(size, 2 * this.octets.length), allowed)));
    }
    octets.copy(this.octets, 0, start, end);
    for (const [i, position] of this.#chunkPositions.entries()) this.#chunkPositions[i] = position - start;
    this.#base -= start;
    this.#position -= start;
    this.#bias += start;
    this.#room = this.octets.length;
    this.#end = Math.min(this.#room, this.#maxLength - this.#bias);
  }

  /** Turns back to the writer's own memory. */
  #leave(): void {
    this.octets = this.#ownOctets;
    this.view = this.#ownView;
  }

  #use(octets: Buffer): void {
    this.octets = this.#ownOctets = octets;
    this.view = this.#ownView = viewOf(octets);
  }

  #dropChunks(): void {
    // Setting the length of an array costs more than the rest of a reset.
    if (this.#chunks.length === 0) return;
    this.#chunks.length = 0;
    this.#chunkPositions.length = 0;
  }

  #refuseLength(length: number): never {
    this.fail("limit_exceeded", `${length} octets, more than the ${this.#maxLength} that a message may have`);
  }

  /** `at` is the physical position of what is refused, `path` the member if it is known. */
  protected fail(
    code: NdrErrorCode,
    message: string,
    at: number = this.#position,
    path: string | null = null,
  ): never {
    throw new NdrError(code, message, at + this.#bias, path);
  }
}

const nothing = new Uint8Array(0);

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
