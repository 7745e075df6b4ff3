import { Writer } from "../../ndr/dist/index.js";

/**
 * Writes NDR20 as a big-endian sender does (C706 14.1), so that what reads it can be tested: the layout is that of `Writer`, and
 * `bigEndian` has the octets of each number in the other order. For values without large blocks of octets.
 */
export class BigEndianWriter extends Writer {
  /** Where each number of more than one octet lies, and its octets. */
  readonly #numbers = new Map<number, number>();

  /** The message. */
  bigEndian(): Buffer {
    if (!this.isContiguous) throw new RangeError("A block lies apart from the message");
    const octets = Buffer.from(this.buffer);
    for (const [at, size] of this.#numbers) octets.subarray(at, at + size).reverse();
    return octets;
  }

  override int16At(at: number, v: number): void {
    super.int16At(at, v);
    this.#note(at, 2);
  }

  override uint16At(at: number, v: number): void {
    super.uint16At(at, v);
    this.#note(at, 2);
  }

  override enum16(v: number): void {
    super.enum16(v);
    this.#note(this.length - 2, 2);
  }

  override int32At(at: number, v: number): void {
    super.int32At(at, v);
    this.#note(at, 4);
  }

  override uint32At(at: number, v: number): void {
    super.uint32At(at, v);
    this.#note(at, 4);
  }

  override int64At(at: number, v: bigint): void {
    super.int64At(at, v);
    this.#note(at, 8);
  }

  override uint64At(at: number, v: bigint): void {
    super.uint64At(at, v);
    this.#note(at, 8);
  }

  override float32At(at: number, v: number): void {
    super.float32At(at, v);
    this.#note(at, 4);
  }

  override float64At(at: number, v: number): void {
    super.float64At(at, v);
    this.#note(at, 8);
  }

  /** Two halves of 32 bits, of which the low one comes first in either order. */
  override fileTime(v: bigint): void {
    super.fileTime(v);
    this.#note(this.length - 8, 4, 2);
  }

  override guidAt(at: number, v: string): void {
    super.guidAt(at, v);
    this.#noteGuid(at);
  }

  override contextHandle(v: string | null): void {
    super.contextHandle(v);
    this.#note(this.length - 20, 4);
    this.#noteGuid(this.length - 16);
  }

  override pointer(present: boolean): void {
    super.pointer(present);
    this.#note(this.length - 4, 4);
  }

  override count(n: number): void {
    super.count(n);
    this.#note(this.length - 4, 4);
  }

  override variance(offset: number, actual: number): void {
    super.variance(offset, actual);
    this.#note(this.length - 8, 4, 2);
  }

  protected override stringCounts(max: number, actual: number, unitSize: number): number {
    const units = super.stringCounts(max, actual, unitSize);
    this.#note(units - 12, 4, 3);
    this.#note(units, unitSize, actual);
    return units;
  }

  protected override varyingCounts(actual: number, unitSize: number): number {
    const units = super.varyingCounts(actual, unitSize);
    this.#note(units - 8, 4, 2);
    this.#note(units, unitSize, actual);
    return units;
  }

  override int16Array(v: Int16Array): void {
    super.int16Array(v);
    this.#noteElements(v);
  }

  override uint16Array(v: Uint16Array): void {
    super.uint16Array(v);
    this.#noteElements(v);
  }

  override int32Array(v: Int32Array): void {
    super.int32Array(v);
    this.#noteElements(v);
  }

  override uint32Array(v: Uint32Array): void {
    super.uint32Array(v);
    this.#noteElements(v);
  }

  override float32Array(v: Float32Array): void {
    super.float32Array(v);
    this.#noteElements(v);
  }

  override float64Array(v: Float64Array): void {
    super.float64Array(v);
    this.#noteElements(v);
  }

  override bigInt64Array(v: BigInt64Array): void {
    super.bigInt64Array(v);
    this.#noteElements(v);
  }

  override bigUint64Array(v: BigUint64Array): void {
    super.bigUint64Array(v);
    this.#noteElements(v);
  }

  #noteElements({ BYTES_PER_ELEMENT, length }: { BYTES_PER_ELEMENT: number; length: number }): void {
    this.#note(this.length - length * BYTES_PER_ELEMENT, BYTES_PER_ELEMENT, length);
  }

  /** The first three fields of a GUID are numbers. */
  #noteGuid(at: number): void {
    this.#note(at, 4);
    this.#note(at + 4, 2, 2);
  }

  /** Numbers of `size` octets from `at` on, in place of what was noted there before. */
  #note(at: number, size: number, count = 1): void {
    for (let i = 0; i < count; i++) this.#numbers.set(at + i * size, size);
  }
}
