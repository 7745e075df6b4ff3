import type { Alignment, WriterOptions } from "./limits.js";
import { Writer } from "./writer.js";

/** Encodes NDR64 (MS-RPCE 2.2.5): 8 octets for counts and pointers, padding at the end of structures, 32-bit enums. */
export class Writer64 extends Writer {
  protected override another(options: WriterOptions): Writer {
    return new Writer64(options);
  }

  override align(n: Alignment, wide: Alignment = n): void {
    this.claim(wide, 0);
  }

  override trail(n: Alignment): void {
    this.claim(n, 0);
  }

  override int3264(v: bigint): void {
    this.int64(v);
  }

  override uint3264(v: bigint): void {
    this.uint64(v);
  }

  override enum16(v: number): void {
    this.int32(v);
  }

  override pointer(present: boolean): void {
    this.#size(present ? this.nextReferent : 0);
    if (present) this.nextReferent += referentStep;
  }

  override refElements(n: number): void {
    for (let i = 0; i < n; i++) this.pointer(true);
  }

  override count(n: number): void {
    this.checkCount(n);
    this.#size(n);
  }

  override variance(offset: number, actual: number): void {
    this.count(offset);
    this.count(actual);
  }

  override chunkEnd(n: number): void {
    this.int64(-BigInt(n));
  }

  protected override stringCounts(max: number, actual: number, unitSize: number): number {
    this.#size(max);
    return this.varyingCounts(actual, unitSize);
  }

  protected override varyingCounts(actual: number, unitSize: number): number {
    this.#size(0);
    this.#size(actual);
    return this.claim(unitSize, actual * unitSize);
  }

  #size(n: number): void {
    const at = this.claim(8, 8);
    this.view.setUint32(at, n, true);
    this.view.setUint32(at + 4, 0, true);
  }
}

const referentStep = 4;
