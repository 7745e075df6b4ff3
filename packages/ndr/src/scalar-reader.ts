import { maxEnum16 } from "./limits.js";
import { ReadCursor } from "./read-cursor.js";

/**
 * Numbers, in NDR20 (C706 14.2). Each has a method that skips its padding and takes its octets, and one with `At` that reads
 * it at a position of a `run`, whose octets were taken at once.
 */
export class ScalarReader extends ReadCursor {
  /** Any octet but 0 is true (C706 14.2.4). */
  boolean(): boolean {
    return this.booleanAt(this.take(1, 1));
  }

  int8(): number {
    return this.int8At(this.take(1, 1));
  }

  uint8(): number {
    return this.uint8At(this.take(1, 1));
  }

  int16(): number {
    return this.int16At(this.take(2, 2));
  }

  uint16(): number {
    return this.uint16At(this.take(2, 2));
  }

  int32(): number {
    return this.int32At(this.take(4, 4));
  }

  uint32(): number {
    return this.uint32At(this.take(4, 4));
  }

  int64(): bigint {
    return this.int64At(this.take(8, 8));
  }

  uint64(): bigint {
    return this.uint64At(this.take(8, 8));
  }

  float32(): number {
    return this.float32At(this.take(4, 4));
  }

  float64(): number {
    return this.float64At(this.take(8, 8));
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
    const value = this.uint16At(at);
    if (value > maxEnum16) {
      this.fail("enum_out_of_range", `an enum is from 0 to ${maxEnum16}, not ${value}`, at);
    }
    return value;
  }

  /** A v1_enum: signed 32 bits. */
  enum32(): number {
    return this.int32();
  }

  /** A FILETIME, units of 100 ns since 1601: its low and its high half (MS-DTYP 2.3.3). */
  fileTime(): bigint {
    const at = this.take(4, 8);
    return (BigInt(this.uint32At(at + 4)) << 32n) | BigInt(this.uint32At(at));
  }

  booleanAt(at: number): boolean {
    return this.view.getUint8(at) !== 0;
  }

  int8At(at: number): number {
    return this.view.getInt8(at);
  }

  uint8At(at: number): number {
    return this.view.getUint8(at);
  }

  int16At(at: number): number {
    return this.view.getInt16(at, this.littleEndian);
  }

  uint16At(at: number): number {
    return this.view.getUint16(at, this.littleEndian);
  }

  int32At(at: number): number {
    return this.view.getInt32(at, this.littleEndian);
  }

  uint32At(at: number): number {
    return this.view.getUint32(at, this.littleEndian);
  }

  int64At(at: number): bigint {
    return this.view.getBigInt64(at, this.littleEndian);
  }

  uint64At(at: number): bigint {
    return this.view.getBigUint64(at, this.littleEndian);
  }

  float32At(at: number): number {
    return this.view.getFloat32(at, this.littleEndian);
  }

  float64At(at: number): number {
    return this.view.getFloat64(at, this.littleEndian);
  }

  /** Refuses, as `invalid_bound`, a member that disagrees with the interface definition: `what` says with what. */
  check(ok: boolean, what: string, member = ""): void {
    if (!ok) this.fail("invalid_bound", `does not fit ${what}`, this.position, member);
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

  #outOfRange(value: number | bigint, min: number | bigint, max: number | bigint): never {
    const side = value > max ? "above" : "below";
    this.fail("value_out_of_range", `value ${value} ${side} range ${min}..${max}`, this.position);
  }
}
