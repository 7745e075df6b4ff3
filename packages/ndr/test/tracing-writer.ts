import { Writer } from "../src/index.js";

/** Octets that a decoder does not keep, so that they may differ between an accepted input and its encoding. */
export interface FreeOctets {
  readonly from: number;
  readonly to: number;
  /** Whether these octets of the input mean the same as those that were written. */
  readonly same: (input: Buffer, written: Buffer) => boolean;
}

const anything = (): boolean => true;
const nonZero = (octets: Buffer): boolean => octets.some((octet) => octet !== 0);
const sameTruth = (input: Buffer, written: Buffer): boolean => nonZero(input) === nonZero(written);
const bothNaN32 = (input: Buffer, written: Buffer): boolean =>
  Number.isNaN(input.readFloatLE()) && Number.isNaN(written.readFloatLE());
const bothNaN64 = (input: Buffer, written: Buffer): boolean =>
  Number.isNaN(input.readDoubleLE()) && Number.isNaN(written.readDoubleLE());
/** The max count of a string without size_is: at least the actual count, which stands 8 octets later and is kept. */
const enough = (input: Buffer, written: Buffer): boolean =>
  input.readUInt32LE() >= written.readUInt32LE() && input.readUInt32LE() < 0x8000_0000;

/** A writer that notes where padding, referent ids and counts lie in what it writes. */
export class TracingWriter extends Writer {
  free: FreeOctets[] = [];
  /** Stub offsets of max counts, offsets and actual counts. */
  counts: number[] = [];
  /** Of those, the ones that are max counts of strings, which a decoder only compares with the actual count. */
  stringMaxima: number[] = [];

  override reset(headroom?: number): void {
    super.reset(headroom);
    this.free = [];
    this.counts = [];
    this.stringMaxima = [];
  }

  override align(n: 1 | 2 | 4 | 8, wide?: 1 | 2 | 4 | 8): void {
    const from = this.length;
    super.align(n, wide);
    if (this.length > from) this.free.push({ from, to: this.length, same: anything });
  }

  override boolean(v: boolean): void {
    this.#mark(1, sameTruth);
    super.boolean(v);
  }

  override int16(v: number): void {
    this.align(2);
    super.int16(v);
  }

  override uint16(v: number): void {
    this.align(2);
    super.uint16(v);
  }

  override int32(v: number): void {
    this.align(4);
    super.int32(v);
  }

  override uint32(v: number): void {
    this.align(4);
    super.uint32(v);
  }

  override int64(v: bigint): void {
    this.align(8);
    super.int64(v);
  }

  override float32(v: number): void {
    this.align(4);
    this.#mark(4, bothNaN32);
    super.float32(v);
  }

  override float64(v: number): void {
    this.align(8);
    this.#mark(8, bothNaN64);
    super.float64(v);
  }

  override enum16(v: number): void {
    this.align(2);
    super.enum16(v);
  }

  override pointer(present: boolean): void {
    this.align(4);
    this.#mark(4, sameTruth);
    super.pointer(present);
  }

  override refPointer(): void {
    this.align(4);
    this.#mark(4, anything);
    super.refPointer();
  }

  override count(n: number): void {
    this.align(4);
    this.counts.push(this.length);
    super.count(n);
  }

  override variance(offset: number, actual: number): void {
    this.align(4);
    this.counts.push(this.length, this.length + 4);
    super.variance(offset, actual);
  }

  override string(v: string, capacity?: number): void {
    this.#conformantString();
    super.string(v, capacity);
  }

  override wideString(v: string, capacity?: number): void {
    this.#conformantString();
    super.wideString(v, capacity);
  }

  override fixedString(v: string, bound: number): void {
    this.align(4);
    this.counts.push(this.length, this.length + 4);
    super.fixedString(v, bound);
  }

  override int16Array(v: Int16Array): void {
    if (v.length > 0) this.align(2);
    super.int16Array(v);
  }

  override uint16Array(v: Uint16Array): void {
    if (v.length > 0) this.align(2);
    super.uint16Array(v);
  }

  override int32Array(v: Int32Array): void {
    if (v.length > 0) this.align(4);
    super.int32Array(v);
  }

  override guid(v: string): void {
    this.align(4);
    super.guid(v);
  }

  override contextHandle(v: string | null): void {
    this.align(4);
    super.contextHandle(v);
  }

  #conformantString(): void {
    this.align(4);
    this.stringMaxima.push(this.length);
    this.counts.push(this.length, this.length + 4, this.length + 8);
    this.#mark(4, enough);
  }

  #mark(size: number, same: FreeOctets["same"]): void {
    this.free.push({ from: this.length, to: this.length + size, same });
  }
}
