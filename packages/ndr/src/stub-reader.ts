import { CountReader } from "./count-reader.js";
import type { NdrErrorCode } from "./error.js";
import { guidSize, isNilGuid, readGuid } from "./guid.js";
import { type Alignment, maxCount } from "./limits.js";
import type { AttachOptions } from "./read-cursor.js";
import type { MessageHandles } from "./system-handle.js";
import { readLatin1, readUtf16 } from "./text.js";

/** Octets of memory that one entry of the table of full pointers takes, while it grows. */
const fullReferentOverhead = 112;

/** The same for the array that a chunk of a pipe becomes, beyond 8 for each octet of its count, and its place among the chunks. */
const chunkOverhead = 24;

/**
 * Decodes stub data in NDR20 (C706 chapter 14), little-endian, from a window of a buffer that nobody changes meanwhile;
 * `Reader64` and `BigEndianReader` do so for what other senders may choose, behind the same calls. Every method aligns
 * itself, relative to the start of the window, and ignores what padding holds. All errors are `NdrError`; counts are
 * checked against the octets that are left before memory is taken.
 */
export class StubReader extends CountReader {
  /** The system handles that came with the message: of who attaches and detaches. */
  handles: MessageHandles | null = null;
  /** What full pointers of this message pointed to so far, by id: the type's name and the value. */
  #fullReferents: Map<number, { readonly type: string; readonly value: unknown }> | null = null;
  #depth = 0;

  override attach(buffer: Buffer, start: number, length: number, options?: AttachOptions): void {
    super.attach(buffer, start, length, options);
    this.#fullReferents = null;
    this.#depth = 0;
  }

  /** Skips padding to a multiple of `n`, or of `wide` in NDR64, as in front of a structure with that alignment. */
  align(n: Alignment, _wide?: Alignment): void {
    this.take(n, 0);
  }

  /** Skips the padding at the end of a structure, which only NDR64 has (MS-RPCE 2.2.5.3.4.1). */
  trail(_n: Alignment): void {}

  /** The referent id of a unique pointer: whether it is not null. */
  pointer(): boolean {
    return this.uint32At(this.take(4, 4)) !== 0;
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
        this.fail("bad_stub_data", `one id for a ${known.type} and a ${type}`, this.position);
      }
      return known.value as T;
    }
    this.charge(fullReferentOverhead);
    const value = read();
    this.#fullReferents.set(place, { type, value });
    readReferents?.(value);
    return value;
  }

  /** The count of a pipe's next chunk; 0 is the end of the pipe. Elements and `chunkEnd` follow (C706 14.3.10). */
  chunk(minElementSize: number, overhead = 0): number {
    const count = this.count(minElementSize, overhead);
    if (count === 0) this.chunkEnd(0);
    else this.charge(chunkOverhead);
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
    return this.#octets(this.#conformantUnits(1, maxUnits));
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

  /** As `fixedString`, for `[string] byte s[bound]`: what `byteString` gives. */
  fixedByteString(bound: number): Uint8Array {
    return this.#octets(this.#varyingUnits(1, bound));
  }

  /** A GUID in its text form, lower case. */
  guid(): string {
    return this.guidAt(this.take(4, guidSize));
  }

  /** A context handle's GUID, or null (C706 14.2.16.6; MS-RPCE 2.2.4.13). Attributes other than 0 are refused. */
  contextHandle(): string | null {
    const at = this.take(4, 4 + guidSize);
    if (this.uint32At(at) !== 0) this.fail("bad_stub_data", "a context handle with attributes", at);
    return isNilGuid(this.buffer, at + 4) ? null : this.guidAt(at + 4);
  }

  /** Enters a nested value of a recursive type, which `overhead` is to be charged for; every `enter` has its `leave`. */
  enter(overhead = 0): void {
    if (overhead !== 0) this.charge(overhead);
    this.#depth++;
    if (this.#depth > this.limits.maxDepth) {
      this.fail("depth_exceeded", `nested deeper than ${this.limits.maxDepth}`, this.position);
    }
  }

  leave(): void {
    this.#depth--;
  }

  /** Refuses, as `invalid_bound`, a count or tag of a member that is not what an expression of the interface definition, `what`, says. */
  equal(count: number, expected: number, what: string, member = ""): void {
    if (count !== expected) {
      this.fail("invalid_bound", `${what} is ${expected}, not ${count}`, this.position, member);
    }
  }

  /** Refuses, as `invalid_bound`, the count of a member's elements if it is not from `min` to `max`, as [range] demands. */
  countRange(count: number, min: number, max: number, member: string): void {
    if (count >= min && count <= max) return;
    const side = count > max ? "above" : "below";
    this.fail("invalid_bound", `count ${count} ${side} range ${min}..${max}`, this.position, member);
  }

  /** Refuses the value that ends here: what `takeSystemHandle` asks for. */
  refuse(code: NdrErrorCode, message: string): never {
    this.fail(code, message, this.position);
  }

  /** Refuses a union's tag that no arm of it stands for. */
  invalidTag(union: string, tag: unknown): never {
    this.fail("invalid_tag", `${union}: no arm for tag ${tag}`, this.position);
  }

  /** A GUID at a position of a `run`. */
  guidAt(at: number): string {
    return readGuid(this.buffer, at, this.littleEndian);
  }

  protected pointerPlace(id: number): never {
    return (id === 0 ? null : id) as never;
  }

  /** Reads the counts of a conformant string; answers the actual count, with the terminator. */
  #conformantUnits(unitSize: number, maxUnits: number): number {
    const at = this.takeCounts(3);
    const max = this.countAt(at, 0);
    if (max > maxUnits) {
      this.fail("invalid_bound", `a string with a max count of ${max}, at most ${maxUnits}`, at);
    }
    return this.#actualUnits(at, 1, unitSize, max);
  }

  #varyingUnits(unitSize: number, max: number): number {
    return this.#actualUnits(this.takeCounts(2), 0, unitSize, max);
  }

  /** The actual count of a string, whose offset is the count with index `first` of those at `at`. */
  #actualUnits(at: number, first: number, unitSize: number, max: number): number {
    const offset = this.countAt(at, first);
    const actual = this.countAt(at, first + 1);
    const place = at + 4 * first;
    if (offset !== 0) this.fail("invalid_bound", `a string that starts at ${offset} instead of 0`, place);
    if (actual > max) {
      this.fail("invalid_bound", `a string of ${actual} units with NUL, room for ${max}`, place + 4);
    }
    if (actual === 0) this.#unterminated(place + 4);
    if (actual * unitSize > this.end - this.position) {
      this.fail(
        "invalid_bound",
        `a string of ${actual} units, more than the octets left can hold`,
        place + 4,
      );
    }
    return actual;
  }

  #latin1(units: number): string {
    const at = this.take(1, units);
    this.charge(-7 * units);
    const last = at + units - 1;
    if (this.uint8At(last) !== 0) this.#unterminated(at);
    return readLatin1(this.buffer, at, last) ?? this.#cutShort(at);
  }

  #utf16(units: number): string {
    const at = this.take(2, 2 * units);
    this.charge(-14 * units);
    const last = at + 2 * units - 2;
    if (this.uint16At(last) !== 0) this.#unterminated(at);
    return readUtf16(this.buffer, this.view, at, last, this.littleEndian) ?? this.#cutShort(at);
  }

  #octets(units: number): Uint8Array {
    const at = this.position;
    const value = this.bytes(units - 1);
    if (this.buffer[this.position] !== 0) this.#unterminated(at);
    if (value.indexOf(0) >= 0) this.#cutShort(at);
    this.position++;
    return value;
  }

  #unterminated(at: number): never {
    this.fail("string_not_terminated", "a string without terminator", at);
  }

  #cutShort(at: number): never {
    this.fail("string_not_terminated", "a string with NUL before its end", at);
  }
}
