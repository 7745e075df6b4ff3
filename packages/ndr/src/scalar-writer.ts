import { maxCount, maxEnum16 } from "./limits.js";
import { WriteBuffer } from "./write-buffer.js";

/** Largest finite number that still rounds to a finite float (half a unit in the last place above the largest float). */
const maxFloat32 = 3.4028235677973366e38;

/**
 * Numbers, in NDR20 and little-endian (C706 14.2). Each has a method that aligns it and makes room, and one with `At` that
 * puts it at a position of a `run`, for which room was made at once.
 */
export class ScalarWriter extends WriteBuffer {
  boolean(v: boolean): void {
    this.booleanAt(this.claim(1, 1), v);
  }

  int8(v: number): void {
    this.int8At(this.claim(1, 1), v);
  }

  uint8(v: number): void {
    this.uint8At(this.claim(1, 1), v);
  }

  int16(v: number): void {
    this.int16At(this.claim(2, 2), v);
  }

  uint16(v: number): void {
    this.uint16At(this.claim(2, 2), v);
  }

  int32(v: number): void {
    this.int32At(this.claim(4, 4), v);
  }

  uint32(v: number): void {
    this.uint32At(this.claim(4, 4), v);
  }

  int64(v: bigint): void {
    this.int64At(this.claim(8, 8), v);
  }

  uint64(v: bigint): void {
    this.uint64At(this.claim(8, 8), v);
  }

  /** Rounds to the nearest float; a finite number too large for one is refused, infinities and NaN are not. */
  float32(v: number): void {
    this.float32At(this.claim(4, 4), v);
  }

  float64(v: number): void {
    this.float64At(this.claim(8, 8), v);
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

  /** A FILETIME, units of 100 ns since 1601: its low and its high half (MS-DTYP 2.3.3). */
  fileTime(v: bigint): void {
    this.uint64At(this.claim(4, 8), v);
  }

  /** Zeros as padding within a run. */
  padAt(at: number, size: number): void {
    for (let i = at; i < at + size; i++) this.octets[i] = 0;
  }

  booleanAt(at: number, v: boolean): void {
    if (typeof v !== "boolean") this.refuse("a boolean", v, at);
    this.view.setUint8(at, v ? 1 : 0);
  }

  int8At(at: number, v: number): void {
    if (typeof v !== "number" || (v << 24) >> 24 !== v) this.refuse("an integer from -128 to 127", v, at);
    this.view.setInt8(at, v);
  }

  uint8At(at: number, v: number): void {
    if (typeof v !== "number" || (v & 0xff) !== v) this.refuse("an integer from 0 to 255", v, at);
    this.view.setUint8(at, v);
  }

  int16At(at: number, v: number): void {
    if (typeof v !== "number" || (v << 16) >> 16 !== v) this.refuse("an integer from -32768 to 32767", v, at);
    this.view.setInt16(at, v, true);
  }

  uint16At(at: number, v: number): void {
    if (typeof v !== "number" || (v & 0xffff) !== v) this.refuse("an integer from 0 to 65535", v, at);
    this.view.setUint16(at, v, true);
  }

  int32At(at: number, v: number): void {
    if (typeof v !== "number" || (v | 0) !== v)
      this.refuse("an integer from -2147483648 to 2147483647", v, at);
    this.view.setInt32(at, v, true);
  }

  uint32At(at: number, v: number): void {
    if (typeof v !== "number" || v >>> 0 !== v) this.refuse("an integer from 0 to 4294967295", v, at);
    this.view.setUint32(at, v, true);
  }

  int64At(at: number, v: bigint): void {
    if (typeof v !== "bigint" || BigInt.asIntN(64, v) !== v)
      this.refuse("a bigint from -2^63 to 2^63-1", v, at);
    this.view.setBigInt64(at, v, true);
  }

  uint64At(at: number, v: bigint): void {
    if (typeof v !== "bigint" || BigInt.asUintN(64, v) !== v) this.refuse("a bigint from 0 to 2^64-1", v, at);
    this.view.setBigUint64(at, v, true);
  }

  float32At(at: number, v: number): void {
    if (typeof v !== "number" || (Math.abs(v) >= maxFloat32 && Number.isFinite(v))) {
      this.refuse("a number in the range of a float", v, at);
    }
    this.view.setFloat32(at, v, true);
  }

  float64At(at: number, v: number): void {
    if (typeof v !== "number") this.refuse("a number", v, at);
    this.view.setFloat64(at, v, true);
  }

  /** Refuses, as `invalid_bound`, a member whose lengths disagree with the interface definition: `what` says with what. */
  check(ok: boolean, what: string, member: string | null = null): void {
    if (!ok) this.fail("invalid_bound", `does not fit ${what}`, undefined, member);
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

  protected checkCount(n: number): void {
    if (typeof n !== "number" || (n & maxCount) !== n) {
      this.fail("invalid_bound", `a count is an integer from 0 to ${maxCount}, not ${shown(n)}`);
    }
  }

  protected refuse(wanted: string, v: unknown, at?: number): never {
    this.fail("value_out_of_range", `${wanted} is required here, not ${shown(v)}`, at);
  }
}

/** A refused value in a message: numbers as they are, others by their type only, since they may be long or secret. */
export function shown(v: unknown): string {
  if (typeof v === "number" || v === null) return String(v);
  return typeof v === "bigint" ? "another bigint" : typeof v;
}
