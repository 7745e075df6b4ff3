import { types } from "node:util";
import { NdrError, type NdrErrorCode } from "./error.js";
import { guidSize, isNilGuid, writeGuid } from "./guid.js";
import { type Alignment, defaultWriterOptions, maxCount, maxEnum16, type WriterOptions } from "./limits.js";
import { putOctets } from "./octets.js";
import { writeLatin1, writeUtf16 } from "./text.js";
import { typeHeaderSize, writeTypeHeader } from "./type-header.js";

/** Octets from which `Writer.bytes` keeps a reference to the caller's array instead of a copy. */
export const externalThreshold = 0x4000;

/** A buffer that grew beyond this many octets is not kept for the next message. */
const keptCapacity = 0x10_0000;

/** First referent id, and the step to the next: what Windows sends (MS-RPCE 2.2.4.4 leaves both free). */
const firstReferent = 0x0002_0000;
const referentStep = 4;

/** Largest finite number that still rounds to a finite float (half a unit in the last place above the largest float). */
const maxFloat32 = 3.4028235677973366e38;

/**
 * Encodes stub data in NDR20, little-endian (C706 chapter 14), in one buffer that is reused from message to message;
 * `Writer64` does so in NDR64, behind the same calls. Every method aligns itself, relative to stub offset 0, and writes zeros as padding. All errors are `NdrError`; after one the
 * message is incomplete and the next use starts with `reset`. Array elements and large blocks are copied as they lie in
 * memory, which is little-endian on every system that we run on.
 */
export class Writer {
  readonly #capacity: number;
  readonly #maxLength: number;
  readonly #maxDepth: number;
  #buffer: Buffer;
  protected view: DataView;
  #headroom: number;
  #position: number;
  /** Physical position at which the buffer or the allowed length ends, whichever is first. */
  #end: number;
  /** Stub offset minus physical position: minus the headroom, plus the octets of external chunks. */
  #bias: number;
  protected nextReferent = firstReferent;
  #depth = 0;
  /** The objects that full pointers of this message point to, with their ids: negative until the referent is written. */
  #fullReferents: Map<object, number> | null = null;
  /** External chunks, in order, and the physical position that each is inserted at. */
  readonly #chunks: Uint8Array[] = [];
  readonly #chunkPositions: number[] = [];

  constructor(options: WriterOptions = {}) {
    const { capacity, headroom, maxLength, maxDepth } = { ...defaultWriterOptions, ...options };
    this.#capacity = Math.max(capacity, headroom, 16);
    this.#maxLength = Math.min(maxLength, maxCount);
    this.#maxDepth = maxDepth;
    this.#buffer = Buffer.alloc(this.#capacity);
    this.view = viewOf(this.#buffer);
    this.#headroom = headroom;
    this.#position = headroom;
    this.#bias = -headroom;
    this.#end = Math.min(this.#buffer.length, headroom + this.#maxLength);
  }

  /** Starts a new message in the same buffer, with `headroom` octets before stub offset 0, and lets go of external chunks. */
  reset(headroom: number = this.#headroom): void {
    if (this.#buffer.length > Math.max(keptCapacity, this.#capacity) || this.#buffer.length < headroom) {
      this.#buffer = Buffer.alloc(Math.max(this.#capacity, headroom));
      this.view = viewOf(this.#buffer);
    } else if (headroom > this.#headroom) {
      this.#buffer.fill(0, this.#headroom, headroom);
    }
    this.#dropChunks();
    this.#headroom = headroom;
    this.#position = headroom;
    this.#bias = -headroom;
    this.#end = Math.min(this.#buffer.length, headroom + this.#maxLength);
    this.nextReferent = firstReferent;
    this.#depth = 0;
    this.#fullReferents = null;
  }

  /** Stub octets written, those of external chunks included. */
  get length(): number {
    return this.#position + this.#bias;
  }

  /** Pads with zeros to a multiple of `n`, or of `wide` in NDR64, as in front of a structure with that alignment. */
  align(n: Alignment, _wide?: Alignment): void {
    this.claim(n, 0);
  }

  /** The padding at the end of a structure, which only NDR64 has (MS-RPCE 2.2.5.3.4.1). */
  trail(_n: Alignment): void {}

  boolean(v: boolean): void {
    if (typeof v !== "boolean") this.refuse("a boolean", v);
    const at = this.claim(1, 1);
    this.#buffer[at] = v ? 1 : 0;
  }

  int8(v: number): void {
    if (typeof v !== "number" || (v << 24) >> 24 !== v) this.refuse("an integer from -128 to 127", v);
    const at = this.claim(1, 1);
    this.#buffer[at] = v;
  }

  uint8(v: number): void {
    if (typeof v !== "number" || (v & 0xff) !== v) this.refuse("an integer from 0 to 255", v);
    const at = this.claim(1, 1);
    this.#buffer[at] = v;
  }

  int16(v: number): void {
    if (typeof v !== "number" || (v << 16) >> 16 !== v) this.refuse("an integer from -32768 to 32767", v);
    const at = this.claim(2, 2);
    this.view.setInt16(at, v, true);
  }

  uint16(v: number): void {
    if (typeof v !== "number" || (v & 0xffff) !== v) this.refuse("an integer from 0 to 65535", v);
    const at = this.claim(2, 2);
    this.view.setUint16(at, v, true);
  }

  int32(v: number): void {
    if (typeof v !== "number" || (v | 0) !== v) this.refuse("an integer from -2147483648 to 2147483647", v);
    const at = this.claim(4, 4);
    this.view.setInt32(at, v, true);
  }

  uint32(v: number): void {
    if (typeof v !== "number" || v >>> 0 !== v) this.refuse("an integer from 0 to 4294967295", v);
    const at = this.claim(4, 4);
    this.view.setUint32(at, v, true);
  }

  int64(v: bigint): void {
    if (typeof v !== "bigint" || BigInt.asIntN(64, v) !== v) this.refuse("a bigint from -2^63 to 2^63-1", v);
    const at = this.claim(8, 8);
    this.view.setBigInt64(at, v, true);
  }

  uint64(v: bigint): void {
    if (typeof v !== "bigint" || BigInt.asUintN(64, v) !== v) this.refuse("a bigint from 0 to 2^64-1", v);
    const at = this.claim(8, 8);
    this.view.setBigUint64(at, v, true);
  }

  /** Rounds to the nearest float; a finite number too large for one is refused, infinities and NaN are not. */
  float32(v: number): void {
    if (typeof v !== "number" || (Math.abs(v) >= maxFloat32 && Number.isFinite(v))) {
      this.refuse("a number in the range of a float", v);
    }
    const at = this.claim(4, 4);
    this.view.setFloat32(at, v, true);
  }

  float64(v: number): void {
    if (typeof v !== "number") this.refuse("a number", v);
    const at = this.claim(8, 8);
    this.view.setFloat64(at, v, true);
  }

  /** One code of a character set of octets, 0 to 255. */
  char(v: number): void {
    this.uint8(v);
  }

  /** One UTF-16 code unit, 0 to 65535. */
  wchar(v: number): void {
    this.uint16(v);
  }

  /** __int3264: 32 bits in NDR20, 64 in NDR64. */
  int3264(v: bigint): void {
    if (typeof v !== "bigint" || BigInt.asIntN(32, v) !== v) this.refuse("a bigint from -2^31 to 2^31-1", v);
    this.int32(Number(v));
  }

  uint3264(v: bigint): void {
    if (typeof v !== "bigint" || BigInt.asUintN(32, v) !== v) this.refuse("a bigint from 0 to 2^32-1", v);
    this.uint32(Number(v));
  }

  /** An enum that is not a v1_enum: 0 to 32767 in 16 bits (C706 14.2.6); in NDR64 as a v1_enum. */
  enum16(v: number): void {
    if (typeof v !== "number" || (v & maxEnum16) !== v) {
      this.fail("enum_out_of_range", `an enum is from 0 to ${maxEnum16}, not ${shown(v)}`);
    }
    const at = this.claim(2, 2);
    this.view.setUint16(at, v, true);
  }

  /** A v1_enum: signed 32 bits. */
  enum32(v: number): void {
    this.int32(v);
  }

  /** The referent id of a unique pointer: 0, or the next unused id. */
  pointer(present: boolean): void {
    const at = this.claim(4, 4);
    if (present) {
      this.view.setUint32(at, this.nextReferent, true);
      this.nextReferent += referentStep;
    } else {
      this.view.setUint32(at, 0, true);
    }
  }

  /**
   * The referent id of a full pointer: the same for the same object all over a message. Whether its referent follows, now
   * or deferred, `fullReferent` says.
   */
  fullPointer(v: object | null): void {
    const known = v === null ? undefined : this.#fullReferents?.get(v);
    const next = this.nextReferent;
    if (known !== undefined) this.nextReferent = Math.abs(known);
    this.pointer(v !== null);
    if (known !== undefined) this.nextReferent = next;
    else if (v !== null) {
      this.#checkBlock(typeof v === "object", "an object behind a full pointer", v);
      this.#fullReferents ??= new Map();
      this.#fullReferents.set(v, -next);
    }
  }

  /** Whether what a full pointer points to is to be written at this place: true once for each object. */
  fullReferent(v: object | null): v is object {
    if (v === null) return false;
    const known = this.#fullReferents?.get(v) ?? 0;
    if (known >= 0) return false;
    this.#fullReferents?.set(v, -known);
    return true;
  }

  /** The octets that stand for an embedded reference pointer: any value but zero. */
  refPointer(): void {
    this.pointer(true);
  }

  /** The places of `n` reference pointers in an array: NDR20 has none (C706 14.3.12.3). */
  refElements(_n: number): void {}

  /** The max count of a conformant array, 0 to 2^31-1. */
  count(n: number): void {
    this.checkCount(n);
    const at = this.claim(4, 4);
    this.view.setUint32(at, n, true);
  }

  /** Offset and actual count of a varying array, each 0 to 2^31-1. */
  variance(offset: number, actual: number): void {
    this.checkCount(offset);
    this.checkCount(actual);
    const at = this.claim(4, 8);
    this.view.setUint32(at, offset, true);
    this.view.setUint32(at + 4, actual, true);
  }

  /** The count of a chunk of a pipe, 1 and up; its elements and `chunkEnd` follow (C706 14.3.10). */
  chunk(n: number): void {
    this.check(n !== 0, "a pipe has an empty chunk");
    this.count(n);
  }

  /** What follows the elements of a chunk: in NDR64 the count once more, negated (MS-RPCE 2.2.5.3.5). */
  chunkEnd(_n: number): void {}

  /** The end of a pipe: an empty chunk. */
  pipeEnd(): void {
    this.count(0);
    this.chunkEnd(0);
  }

  /**
   * A conformant string of octets with its terminator: Latin-1 without NUL. `capacity` is the max count where size_is gives
   * one, in octets with the terminator.
   */
  string(v: string, capacity?: number): void {
    const at = this.#conformantString(this.#textLength(v), 1, capacity);
    this.#latin1(at, v);
  }

  /** As `string`, in UTF-16 code units; lone surrogates are kept. `capacity` in units with the terminator. */
  wideString(v: string, capacity?: number): void {
    const at = this.#conformantString(this.#textLength(v), 2, capacity);
    this.#utf16(at, v);
  }

  /** As `string`, for `[string] byte *`: octets without the terminator, none of them zero. */
  byteString(v: Uint8Array, capacity?: number): void {
    this.#checkBlock(types.isUint8Array(v), "a Uint8Array", v);
    const zero = v.indexOf(0);
    if (zero >= 0) this.fail("value_out_of_range", `a string has a zero octet at ${zero}`);
    const at = this.#conformantString(v.length, 1, capacity);
    putOctets(this.#buffer, at, v);
    this.#buffer[at + v.length] = 0;
  }

  /** A varying string, as for `[string] char s[bound]`: no max count. `bound` counts the terminator. */
  fixedString(v: string, bound: number): void {
    const at = this.#varyingString(this.#textLength(v), 1, bound);
    this.#latin1(at, v);
  }

  /** As `fixedString`, in UTF-16 code units. */
  fixedWideString(v: string, bound: number): void {
    const at = this.#varyingString(this.#textLength(v), 2, bound);
    this.#utf16(at, v);
  }

  /**
   * The elements of an array of octets; counts are written before. From `externalThreshold` octets on the array itself becomes
   * part of the message: the caller leaves it unchanged until the message is sent or the writer is reset.
   */
  bytes(v: Uint8Array): void {
    this.#checkBlock(types.isUint8Array(v), "a Uint8Array", v);
    if (v.length < externalThreshold) {
      const at = this.claim(1, v.length);
      putOctets(this.#buffer, at, v);
      return;
    }
    if (v.length > this.#maxLength - this.length) this.#refuseLength(this.length + v.length);
    this.#chunks.push(v);
    this.#chunkPositions.push(this.#position);
    this.#bias += v.length;
    this.#end = Math.min(this.#buffer.length, this.#maxLength - this.#bias);
  }

  /** The elements of an array; counts are written before. As all methods for typed arrays: aligned, and copied. */
  int8Array(v: Int8Array): void {
    this.#checkBlock(types.isInt8Array(v), "an Int8Array", v);
    this.#elements(v, 1);
  }

  int16Array(v: Int16Array): void {
    this.#checkBlock(types.isInt16Array(v), "an Int16Array", v);
    this.#elements(v, 2);
  }

  uint16Array(v: Uint16Array): void {
    this.#checkBlock(types.isUint16Array(v), "a Uint16Array", v);
    this.#elements(v, 2);
  }

  int32Array(v: Int32Array): void {
    this.#checkBlock(types.isInt32Array(v), "an Int32Array", v);
    this.#elements(v, 4);
  }

  uint32Array(v: Uint32Array): void {
    this.#checkBlock(types.isUint32Array(v), "a Uint32Array", v);
    this.#elements(v, 4);
  }

  float32Array(v: Float32Array): void {
    this.#checkBlock(types.isFloat32Array(v), "a Float32Array", v);
    this.#elements(v, 4);
  }

  float64Array(v: Float64Array): void {
    this.#checkBlock(types.isFloat64Array(v), "a Float64Array", v);
    this.#elements(v, 8);
  }

  bigInt64Array(v: BigInt64Array): void {
    this.#checkBlock(types.isBigInt64Array(v), "a BigInt64Array", v);
    this.#elements(v, 8);
  }

  bigUint64Array(v: BigUint64Array): void {
    this.#checkBlock(types.isBigUint64Array(v), "a BigUint64Array", v);
    this.#elements(v, 8);
  }

  /** A GUID in its text form, either case. */
  guid(v: string): void {
    const at = this.claim(4, guidSize);
    if (typeof v !== "string" || !writeGuid(this.#buffer, at, v)) this.refuse("a GUID", v);
  }

  /** A FILETIME, units of 100 ns since 1601: its low and its high half (MS-DTYP 2.3.3). */
  fileTime(v: bigint): void {
    if (typeof v !== "bigint" || BigInt.asUintN(64, v) !== v) this.refuse("a bigint from 0 to 2^64-1", v);
    const at = this.claim(4, 8);
    this.view.setBigUint64(at, v, true);
  }

  /** A context handle: attributes 0 and its GUID, or 20 zero octets for null (C706 14.2.16.6; MS-RPCE 2.2.4.13). */
  contextHandle(v: string | null): void {
    const at = this.claim(4, 4 + guidSize);
    this.view.setUint32(at, 0, true);
    if (v === null) this.#buffer.fill(0, at + 4, at + 4 + guidSize);
    else if (
      typeof v !== "string" ||
      !writeGuid(this.#buffer, at + 4, v) ||
      isNilGuid(this.#buffer, at + 4)
    ) {
      this.refuse("the GUID of a context handle", v);
    }
  }

  /** Enters a nested value of a recursive type; every `enter` has its `leave`. */
  enter(): void {
    this.#depth++;
    if (this.#depth > this.#maxDepth) {
      this.fail("depth_exceeded", `nested deeper than ${this.#maxDepth}: a cycle, or too long a list`);
    }
  }

  leave(): void {
    this.#depth--;
  }

  /** Refuses, as `invalid_bound`, a value whose lengths disagree with the interface definition: `what` says which. */
  check(ok: boolean, what: string): void {
    if (!ok) this.fail("invalid_bound", what);
  }

  /** Refuses a union's tag that no arm of it stands for. */
  invalidTag(union: string, tag: unknown): never {
    this.fail("invalid_tag", `${union}: no arm for tag ${shown(tag)}`);
  }

  /** Answers `value` if it is from `min` to `max`, as [range] demands. */
  range(value: number, min: number, max: number): number {
    if (!(value >= min && value <= max)) this.refuse(`from ${min} to ${max}`, value);
    return value;
  }

  rangeBig(value: bigint, min: bigint, max: bigint): bigint {
    if (!(value >= min && value <= max)) this.refuse(`from ${min} to ${max}`, value);
    return value;
  }

  /** Headroom and the octets written, without external chunks; a window on the writer's memory, valid until the next write or `reset`. */
  get buffer(): Buffer {
    return this.#buffer.subarray(0, this.#position);
  }

  /** The writer's whole buffer, of which `headroom + length` octets are the message if it is contiguous: `buffer` without a new object. */
  get storage(): Buffer {
    return this.#buffer;
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
    let from = this.#headroom;
    let to = targetStart;
    for (const [index, chunk] of this.#chunks.entries()) {
      const until = this.#chunkPositions[index] ?? from;
      target.set(this.#buffer.subarray(from, until), to);
      target.set(chunk, to + until - from);
      to += until - from + chunk.length;
      from = until;
    }
    target.set(this.#buffer.subarray(from, this.#position), to);
  }

  /**
   * Encodes a value in type serialization version 1 (MS-RPCE 2.2.6), in octets of its own. `isPrimitive`: a type that is no
   * struct, union, array, string or pointer has no header of its own there.
   */
  static encodeType<T>(value: T, write: (w: Writer, value: T) => void, isPrimitive: boolean): Uint8Array {
    const headers = isPrimitive ? typeHeaderSize : 2 * typeHeaderSize;
    const w = new Writer({ headroom: headers });
    write(w, value);
    w.align(typeHeaderSize);
    const octets = Buffer.alloc(headers + w.length);
    writeTypeHeader(octets, w.length, isPrimitive);
    w.copyTo(octets, headers);
    return new Uint8Array(octets.buffer, octets.byteOffset, octets.length);
  }

  /** All chunks of a pipe that is sent within one message, without empty ones, which would end it. */
  static async drain<T extends { readonly length: number }>(
    source: AsyncIterable<T> | Iterable<T>,
  ): Promise<T[]> {
    const chunks: T[] = [];
    for await (const chunk of source) if (chunk.length > 0) chunks.push(chunk);
    return chunks;
  }

  /** Copies external chunks into the buffer, after which the message is contiguous. */
  flatten(): void {
    if (this.#chunks.length === 0) return;
    const { length } = this;
    const flat = Buffer.alloc(this.#headroom + length);
    flat.set(this.#buffer.subarray(0, this.#headroom));
    this.copyTo(flat, this.#headroom);
    this.#dropChunks();
    this.#buffer = flat;
    this.view = viewOf(flat);
    this.#position = flat.length;
    this.#bias = -this.#headroom;
    this.#end = flat.length;
  }

  /** Pads with zeros to `alignment`, makes room for `size` octets and answers their physical position. */
  protected claim(alignment: number, size: number): number {
    const position = this.#position;
    // Only the low bits of the offset count, and negation in 32 bits keeps those.
    const at = position + (-(position + this.#bias) & (alignment - 1));
    const next = at + size;
    if (next > this.#end) this.#grow(next);
    for (let i = position; i < at; i++) this.#buffer[i] = 0;
    this.#position = next;
    return at;
  }

  /** Makes room up to physical position `needed`, at least doubling the buffer; the length is checked before memory is taken. */
  #grow(needed: number): void {
    const allowed = this.#maxLength - this.#bias;
    if (needed > allowed) this.#refuseLength(needed + this.#bias);
    if (needed > this.#buffer.length) {
      const grown = Buffer.alloc(Math.min(Math.max(needed, 2 * this.#buffer.length), allowed));
      grown.set(this.#buffer.subarray(0, this.#position));
      this.#buffer = grown;
      this.view = viewOf(grown);
    }
    this.#end = Math.min(this.#buffer.length, allowed);
  }

  #dropChunks(): void {
    // Setting the length of an array costs more than the rest of a reset.
    if (this.#chunks.length === 0) return;
    this.#chunks.length = 0;
    this.#chunkPositions.length = 0;
  }

  /** Counts of a conformant string of `length` units and room for them and the terminator; answers where the units go. */
  #conformantString(length: number, unitSize: number, capacity: number | undefined): number {
    const actual = length + 1;
    const max = capacity ?? actual;
    this.checkCount(max);
    if (actual > max) this.fail("invalid_bound", `a string of ${actual} units with NUL, room for ${max}`);
    return this.stringCounts(max, actual, unitSize);
  }

  /** Counts of a conformant string and room for its units; answers where those go. */
  protected stringCounts(max: number, actual: number, unitSize: number): number {
    const at = this.claim(4, 12 + actual * unitSize);
    this.view.setUint32(at, max, true);
    this.view.setUint32(at + 4, 0, true);
    this.view.setUint32(at + 8, actual, true);
    return at + 12;
  }

  #varyingString(length: number, unitSize: number, bound: number): number {
    const actual = length + 1;
    if (actual > bound) this.fail("invalid_bound", `a string of ${actual} units with NUL, room for ${bound}`);
    return this.varyingCounts(actual, unitSize);
  }

  /** As `stringCounts`, without the max count. */
  protected varyingCounts(actual: number, unitSize: number): number {
    const at = this.claim(4, 8 + actual * unitSize);
    this.view.setUint32(at, 0, true);
    this.view.setUint32(at + 4, actual, true);
    return at + 8;
  }

  #latin1(at: number, v: string): void {
    const bad = writeLatin1(this.#buffer, at, v);
    if (bad >= 0) this.fail("value_out_of_range", `a string has NUL or a character beyond Latin-1 at ${bad}`);
    this.#buffer[at + v.length] = 0;
  }

  #utf16(at: number, v: string): void {
    const bad = writeUtf16(this.#buffer, at, v);
    if (bad >= 0) this.fail("value_out_of_range", `a string has NUL at ${bad}`);
    this.view.setUint16(at + 2 * v.length, 0, true);
  }

  #elements(v: ArrayBufferView, size: number): void {
    if (v.byteLength === 0) return; // no elements, no alignment (C706 14.3.3)
    const at = this.claim(size, v.byteLength);
    this.#buffer.set(new Uint8Array(v.buffer, v.byteOffset, v.byteLength), at);
  }

  #textLength(v: string): number {
    if (typeof v !== "string") this.#checkBlock(false, "a string", v);
    return v.length;
  }

  protected checkCount(n: number): void {
    if (typeof n !== "number" || (n & maxCount) !== n) {
      this.fail("invalid_bound", `a count is an integer from 0 to ${maxCount}, not ${shown(n)}`);
    }
  }

  #checkBlock(ok: boolean, wanted: string, v: unknown): void {
    if (ok) return;
    if (v === null || v === undefined) this.fail("null_ref_pointer", `${wanted} is required here, not ${v}`);
    this.refuse(wanted, v);
  }

  protected refuse(wanted: string, v: unknown): never {
    this.fail("value_out_of_range", `${wanted} is required here, not ${shown(v)}`);
  }

  #refuseLength(length: number): never {
    this.fail("limit_exceeded", `${length} octets, more than the ${this.#maxLength} that a message may have`);
  }

  protected fail(code: NdrErrorCode, message: string): never {
    throw new NdrError(code, message, this.length);
  }
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/** A refused value in a message: numbers as they are, others by their type only, since they may be long or secret. */
function shown(v: unknown): string {
  return typeof v === "number" || v === null
    ? String(v)
    : typeof v === "bigint"
      ? "another bigint"
      : typeof v;
}
