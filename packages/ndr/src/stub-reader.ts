import { NdrError, type NdrErrorCode } from "./error.js";
import { guidSize, isNilGuid, readGuid } from "./guid.js";
import { type Alignment, defaultReaderLimits, maxCount, maxEnum16, type ReaderLimits } from "./limits.js";
import { copyOctets } from "./octets.js";
import { hasNul } from "./text.js";

/**
 * Decodes stub data in NDR20, little-endian (C706 chapter 14), from a window of a buffer that nobody changes meanwhile;
 * `Reader64` and `BigEndianReader` do so for what other senders may choose, behind the same calls. Every method aligns itself, relative to the start of the window, and ignores what padding holds. All errors are
 * `NdrError`; counts are checked against the octets that are left before memory is taken.
 */
export class StubReader {
  readonly #limits: ReaderLimits;
  protected buffer: Buffer = nothing;
  protected view: DataView = viewOf(nothing);
  #start = 0;
  #position = 0;
  #end = 0;
  #owned = false;
  /** The parameter that is being read, for messages. */
  #parameter = "";
  /** What full pointers of this message pointed to so far, by id: the type's name and the value. */
  #fullReferents: Map<number, { readonly type: string; readonly value: unknown }> | null = null;
  #depth = 0;
  #elementsLeft: number;

  constructor(limits: Partial<ReaderLimits> = {}) {
    this.#limits = { ...defaultReaderLimits, ...limits };
    this.#elementsLeft = this.#limits.maxElements;
  }

  /**
   * Starts on the stub data at `start`, `length` octets, of `buffer`. `owned`: the octets are the message's for good, so
   * `bytes` may answer windows on them instead of copies.
   */
  attach(buffer: Buffer, start: number, length: number, options?: { readonly owned?: boolean }): void {
    if (!(start >= 0 && length >= 0 && start + length <= buffer.length)) {
      throw new NdrError("short_data", `stub data of ${length} octets at ${start} of ${buffer.length}`, null);
    }
    if (buffer !== this.buffer) {
      this.buffer = buffer;
      this.view = viewOf(buffer);
    }
    this.#start = start;
    this.#position = start;
    this.#end = start + length;
    this.#owned = options?.owned ?? false;
    this.#parameter = "";
    this.#fullReferents = null;
    this.#depth = 0;
    this.#elementsLeft = this.#limits.maxElements;
  }

  /** Lets go of the buffer. */
  detach(): void {
    this.attach(nothing, 0, 0);
  }

  /** Stub octets read. */
  get offset(): number {
    return this.#position - this.#start;
  }

  /** Stub octets left. */
  get remaining(): number {
    return this.#end - this.#position;
  }

  /** Names the parameter that is read next, `Method.parameter`, for the messages of errors. */
  at(parameter: string): this {
    this.#parameter = parameter;
    return this;
  }

  /** Skips padding to a multiple of `n`, or of `wide` in NDR64, as in front of a structure with that alignment. */
  align(n: Alignment, _wide?: Alignment): void {
    this.take(n, 0);
  }

  /** Skips the padding at the end of a structure, which only NDR64 has (MS-RPCE 2.2.5.3.4.1). */
  trail(_n: Alignment): void {}

  /** Any octet but 0 is true (C706 14.2.4). */
  boolean(): boolean {
    return this.buffer[this.take(1, 1)] !== 0;
  }

  int8(): number {
    return this.view.getInt8(this.take(1, 1));
  }

  uint8(): number {
    return this.view.getUint8(this.take(1, 1));
  }

  int16(): number {
    return this.view.getInt16(this.take(2, 2), true);
  }

  uint16(): number {
    return this.view.getUint16(this.take(2, 2), true);
  }

  int32(): number {
    return this.view.getInt32(this.take(4, 4), true);
  }

  uint32(): number {
    return this.view.getUint32(this.take(4, 4), true);
  }

  int64(): bigint {
    return this.view.getBigInt64(this.take(8, 8), true);
  }

  uint64(): bigint {
    return this.view.getBigUint64(this.take(8, 8), true);
  }

  float32(): number {
    return this.view.getFloat32(this.take(4, 4), true);
  }

  float64(): number {
    return this.view.getFloat64(this.take(8, 8), true);
  }

  /** One code of a character set of octets, 0 to 255. */
  char(): number {
    return this.uint8();
  }

  /** One UTF-16 code unit, 0 to 65535. */
  wchar(): number {
    return this.uint16();
  }

  /** __int3264: 32 bits in NDR20, 64 in NDR64. */
  int3264(): bigint {
    return BigInt(this.int32());
  }

  uint3264(): bigint {
    return BigInt(this.uint32());
  }

  /** An enum that is not a v1_enum: 0 to 32767 (C706 14.2.6); in NDR64 as a v1_enum. */
  enum16(): number {
    const at = this.take(2, 2);
    const value = this.view.getUint16(at, true);
    if (value > maxEnum16)
      this.fail("enum_out_of_range", `an enum is from 0 to ${maxEnum16}, not ${value}`, at);
    return value;
  }

  /** A v1_enum: signed 32 bits. */
  enum32(): number {
    return this.int32();
  }

  /** The referent id of a unique pointer: whether it is not null. */
  pointer(): boolean {
    return this.view.getUint32(this.take(4, 4), true) !== 0;
  }

  /** Skips the octets of an embedded reference pointer, which may have any value. */
  refPointer(): void {
    this.take(4, 4);
  }

  /** The place of a full pointer: null, or its id as what `fullReferent` will replace. */
  fullPointer(): never {
    return this.pointerPlace(this.uint32());
  }

  /**
   * What a full pointer points to, `place` being what `fullPointer` answered: the value that has its id already, or the one
   * that `read` answers; `readReferents` then reads what that points to, which may be itself. `type` names the type, so that
   * no id can stand for values of two types.
   */
  fullReferent<T extends object>(
    place: T | null,
    type: string,
    read: () => T,
    readReferents?: (value: T) => void,
  ): T | null {
    if (typeof place !== "number") return place;
    this.#fullReferents ??= new Map();
    const known = this.#fullReferents.get(place);
    if (known !== undefined) {
      if (known.type !== type) {
        this.fail("bad_stub_data", `one id for a ${known.type} and a ${type}`, this.#position);
      }
      return known.value as T;
    }
    const value = read();
    this.#fullReferents.set(place, { type, value });
    readReferents?.(value);
    return value;
  }

  /**
   * The max count of a conformant array of elements that take at least `minElementSize` octets each. With 0 nothing is checked or
   * charged but the range of the count: the elements of a conformant varying array are counted by its `variance`. `packed`: the elements
   * are read into one typed array, so they do not count against `maxElements`.
   */
  count(minElementSize: number, packed = false): number {
    const at = this.takeCounts(1);
    const count = this.countAt(at, 0);
    if (count > maxCount) this.fail("invalid_bound", `a max count of ${count}`, at);
    if (minElementSize > 0) this.#admit(count, minElementSize, packed, at);
    return count;
  }

  /**
   * The max counts of an array of `rank` open dimensions, which stand together (C706 14.3.3.5). Those of all dimensions but
   * the last are charged as elements.
   */
  counts(rank: number, minElementSize: number, packed = false): number[] {
    const counts: number[] = [];
    let rows = 1;
    for (let i = 0; i < rank; i++) {
      const count = this.count(0);
      counts.push(count);
      if (i === rank - 1) break;
      rows *= count;
      this.#charge(rows, this.#position);
    }
    this.#admit(rows * (counts[rank - 1] ?? 0), minElementSize, packed, this.#position);
    return counts;
  }

  /** The places of `n` reference pointers in an array: NDR20 has none (C706 14.3.12.3). */
  refElements(_n: number): void {}

  /** Offset, which must be 0, and actual count of a varying array; answers the latter. `max` is its max count or fixed bound. */
  variance(max: number | null, minElementSize: number, packed = false): number {
    const at = this.takeCounts(2);
    const first = this.countAt(at, 0);
    const actual = this.countAt(at, 1);
    if (first !== 0) this.fail("invalid_bound", `an array that starts at ${first} instead of 0`, at);
    if (actual > (max ?? maxCount))
      this.fail("invalid_bound", `${actual} elements of at most ${max ?? maxCount}`, at + 4);
    this.#admit(actual, minElementSize, packed, at + 4);
    return actual;
  }

  /** As `variance`, for an array with first_is: elements `first` to `first + actual - 1` follow. */
  varianceFrom(
    max: number | null,
    minElementSize: number,
    packed = false,
  ): { first: number; actual: number } {
    const at = this.takeCounts(2);
    const first = this.countAt(at, 0);
    const actual = this.countAt(at, 1);
    if (first + actual > (max ?? maxCount)) {
      this.fail("invalid_bound", `${actual} elements from ${first}, of at most ${max ?? maxCount}`, at);
    }
    this.#admit(actual, minElementSize, packed, at + 4);
    return { first, actual };
  }

  /** The count of a pipe's next chunk; 0 is the end of the pipe. Elements and `chunkEnd` follow (C706 14.3.10). */
  chunk(minElementSize: number, packed = false): number {
    const count = this.count(minElementSize, packed);
    if (count === 0) this.chunkEnd(0);
    else if (packed) this.#charge(1, this.#position);
    return count;
  }

  /** What follows the elements of a chunk: in NDR64 the count once more, negated (MS-RPCE 2.2.5.3.5). */
  chunkEnd(_count: number): void {}

  /** A conformant string of octets (Latin-1), without its terminator. `maxUnits` bounds the max count, with the terminator. */
  string(maxUnits = maxCount): string {
    const units = this.#conformantUnits(1, maxUnits);
    return this.#latin1(units);
  }

  /** As `string`, in UTF-16 code units; lone surrogates are kept. */
  wideString(maxUnits = maxCount): string {
    const units = this.#conformantUnits(2, maxUnits);
    return this.#utf16(units);
  }

  /** As `string`, for `[string] byte *`: the octets before the terminator. A copy, unless the octets are owned. */
  byteString(maxUnits = maxCount): Uint8Array {
    const units = this.#conformantUnits(1, maxUnits);
    const at = this.#position;
    const value = this.bytes(units - 1);
    if (this.buffer[this.#position] !== 0)
      this.fail("string_not_terminated", "a string without terminator", at);
    if (value.indexOf(0) >= 0) this.fail("string_not_terminated", "a string with NUL before its end", at);
    this.#position++;
    return value;
  }

  /** A varying string, as for `[string] char s[bound]`: no max count. `bound` counts the terminator. */
  fixedString(bound: number): string {
    const units = this.#varyingUnits(1, bound);
    return this.#latin1(units);
  }

  /** As `fixedString`, in UTF-16 code units. */
  fixedWideString(bound: number): string {
    const units = this.#varyingUnits(2, bound);
    return this.#utf16(units);
  }

  /** The elements of an array of `count` octets: a copy, unless the octets are owned. */
  bytes(count: number): Uint8Array {
    const at = this.take(1, count);
    if (this.#owned) return new Uint8Array(this.buffer.buffer, this.buffer.byteOffset + at, count);
    return copyOctets(this.buffer, at, count);
  }

  /** The elements of an array of `count`, copied, as all methods for typed arrays. */
  int8Array(count: number): Int8Array {
    return new Int8Array(this.elements(count, 1));
  }

  int16Array(count: number): Int16Array {
    return new Int16Array(this.elements(count, 2));
  }

  uint16Array(count: number): Uint16Array {
    return new Uint16Array(this.elements(count, 2));
  }

  int32Array(count: number): Int32Array {
    return new Int32Array(this.elements(count, 4));
  }

  uint32Array(count: number): Uint32Array {
    return new Uint32Array(this.elements(count, 4));
  }

  float32Array(count: number): Float32Array {
    return new Float32Array(this.elements(count, 4));
  }

  float64Array(count: number): Float64Array {
    return new Float64Array(this.elements(count, 8));
  }

  bigInt64Array(count: number): BigInt64Array {
    return new BigInt64Array(this.elements(count, 8));
  }

  bigUint64Array(count: number): BigUint64Array {
    return new BigUint64Array(this.elements(count, 8));
  }

  /** A GUID in its text form, lower case. */
  guid(): string {
    return this.guidAt(this.take(4, guidSize));
  }

  /** A FILETIME, units of 100 ns since 1601: its low and its high half (MS-DTYP 2.3.3). */
  fileTime(): bigint {
    const low = this.uint32();
    return (BigInt(this.uint32()) << 32n) | BigInt(low);
  }

  /** A context handle's GUID, or null (C706 14.2.16.6; MS-RPCE 2.2.4.13). Attributes other than 0 are refused. */
  contextHandle(): string | null {
    const at = this.take(4, 4 + guidSize);
    if (this.view.getUint32(at) !== 0) this.fail("bad_stub_data", "a context handle with attributes", at);
    return isNilGuid(this.buffer, at + 4) ? null : this.guidAt(at + 4);
  }

  /** Enters a nested value of a recursive type; every `enter` has its `leave`. */
  enter(): void {
    this.#depth++;
    if (this.#depth > this.#limits.maxDepth) {
      this.fail("depth_exceeded", `nested deeper than ${this.#limits.maxDepth}`, this.#position);
    }
  }

  leave(): void {
    this.#depth--;
  }

  /** Refuses, as `invalid_bound`, counts that disagree with each other: `what` says which. */
  check(ok: boolean, what: string): void {
    if (!ok) this.fail("invalid_bound", what, this.#position);
  }

  /** Refuses a union's tag that no arm of it stands for. */
  invalidTag(union: string, tag: unknown): never {
    this.fail("invalid_tag", `${union}: no arm for tag ${tag}`, this.#position);
  }

  /** Answers `value` if it is from `min` to `max`, as [range] demands. */
  range(value: number, min: number, max: number): number {
    if (!(value >= min && value <= max)) this.#outOfRange(value, min, max);
    return value;
  }

  rangeBig(value: bigint, min: bigint, max: bigint): bigint {
    if (!(value >= min && value <= max)) this.#outOfRange(value, min, max);
    return value;
  }

  /** Takes `n` counts or offsets in a row; `countAt` reads the one of an index there. */
  protected takeCounts(n: number): number {
    return this.take(4, 4 * n);
  }

  protected countAt(at: number, index: number): number {
    return this.view.getUint32(at + 4 * index, true);
  }

  protected guidAt(at: number): string {
    return readGuid(this.buffer, at);
  }

  /** Text of UTF-16 code units from one position to another. */
  protected utf16Text(from: number, to: number): string {
    return this.buffer.toString("utf16le", from, to);
  }

  protected pointerPlace(id: number): never {
    return (id === 0 ? null : id) as never;
  }

  /** Skips padding to `alignment`, takes `size` octets and answers their position in the buffer. */
  protected take(alignment: number, size: number): number {
    const position = this.#position;
    // Only the low bits of the offset count, and subtraction in 32 bits keeps those.
    const at = position + ((this.#start - position) & (alignment - 1));
    const next = at + size;
    if (next > this.#end)
      this.fail("short_data", `${size} octets expected, ${Math.max(this.#end - at, 0)} left`, at);
    this.#position = next;
    return at;
  }

  /** Checks that `count` elements can follow, and charges them. `at` is where the count is. */
  #admit(count: number, minElementSize: number, packed: boolean, at: number): void {
    if (count * minElementSize > this.#end - this.#position) {
      this.fail("invalid_bound", `${count} elements, more than the octets that are left can hold`, at);
    }
    if (!packed) this.#charge(count, at);
  }

  #charge(count: number, at: number): void {
    this.#elementsLeft -= count;
    if (this.#elementsLeft < 0) {
      this.fail("limit_exceeded", `more than ${this.#limits.maxElements} elements in a message`, at);
    }
  }

  /** Reads the counts of a conformant string; answers the actual count, with the terminator. */
  #conformantUnits(unitSize: number, maxUnits: number): number {
    const at = this.takeCounts(1);
    const max = this.countAt(at, 0);
    if (max > maxUnits)
      this.fail("invalid_bound", `a string with a max count of ${max}, at most ${maxUnits}`, at);
    return this.#varyingUnits(unitSize, max);
  }

  #varyingUnits(unitSize: number, max: number): number {
    const at = this.takeCounts(2);
    const first = this.countAt(at, 0);
    const actual = this.countAt(at, 1);
    if (first !== 0) this.fail("invalid_bound", `a string that starts at ${first} instead of 0`, at);
    if (actual > max)
      this.fail("invalid_bound", `a string of ${actual} units with NUL, room for ${max}`, at + 4);
    if (actual === 0) this.fail("string_not_terminated", "a string without terminator", at + 4);
    if (actual * unitSize > this.#end - this.#position) {
      this.fail(
        "invalid_bound",
        `a string of ${actual} units, more than the octets that are left can hold`,
        at + 4,
      );
    }
    return actual;
  }

  #latin1(units: number): string {
    const at = this.take(1, units);
    const last = at + units - 1;
    if (this.buffer[last] !== 0) this.fail("string_not_terminated", "a string without terminator", at);
    return this.#withoutNul(this.buffer.toString("latin1", at, last), at);
  }

  #utf16(units: number): string {
    const at = this.take(2, 2 * units);
    const last = at + 2 * units - 2;
    if (this.buffer[last] !== 0 || this.buffer[last + 1] !== 0)
      this.fail("string_not_terminated", "a string without terminator", at);
    return this.#withoutNul(this.utf16Text(at, last), at);
  }

  #withoutNul(text: string, at: number): string {
    if (hasNul(text)) this.fail("string_not_terminated", "a string with NUL before its end", at);
    return text;
  }

  /** A copy of `count` elements of `size` octets. */
  protected elements(count: number, size: number): ArrayBufferLike {
    // No elements, no alignment (C706 14.3.3).
    const at = count === 0 ? this.#position : this.take(size, count * size);
    return copyOctets(this.buffer, at, count * size).buffer;
  }

  #outOfRange(value: number | bigint, min: number | bigint, max: number | bigint): never {
    this.fail("value_out_of_range", `${value} is not from ${min} to ${max}`, this.#position);
  }

  protected fail(code: NdrErrorCode, message: string, at: number): never {
    // What is checked when all parameters have been read says itself which one it is about.
    const method = this.#parameter.slice(0, this.#parameter.indexOf(".") + 1);
    const isNamed = method === "" || message.startsWith(method);
    throw new NdrError(code, isNamed ? message : `${this.#parameter}: ${message}`, at - this.#start);
  }
}

const nothing = Buffer.alloc(0);

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
