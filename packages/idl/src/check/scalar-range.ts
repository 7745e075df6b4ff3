import type { Scalar } from "../model.js";

export interface ScalarRange {
  readonly min: bigint;
  readonly max: bigint;
  /** Octets on the wire. */
  readonly size: number;
}

const ranges: Readonly<Partial<Record<Scalar, ScalarRange>>> = {
  byte: unsigned(8),
  char: unsigned(8),
  wchar_t: unsigned(16),
  int8: signed(8),
  uint8: unsigned(8),
  int16: signed(16),
  uint16: unsigned(16),
  int32: signed(32),
  uint32: unsigned(32),
  int64: signed(64),
  uint64: unsigned(64),
  // Of what a program can hold; NDR20 carries 32 bits.
  int3264: signed(64),
  uint3264: unsigned(64),
  error_status_t: unsigned(32),
};

/** What an integer type holds; null for boolean, float and double. */
export function scalarRange(scalar: Scalar): ScalarRange | null {
  return ranges[scalar] ?? null;
}

/** Octets of a value on the wire. */
export function scalarSize(scalar: Scalar): number {
  if (scalar === "boolean") return 1;
  if (scalar === "float") return 4;
  return ranges[scalar]?.size ?? 8;
}

/** C's conversion: what does not fit wraps. */
export function wrap(value: bigint, range: ScalarRange): bigint {
  return range.min < 0n ? BigInt.asIntN(range.size * 8, value) : BigInt.asUintN(range.size * 8, value);
}

function unsigned(bits: number): ScalarRange {
  return { min: 0n, max: (1n << BigInt(bits)) - 1n, size: bits / 8 };
}

function signed(bits: number): ScalarRange {
  const half = 1n << BigInt(bits - 1);
  return { min: -half, max: half - 1n, size: bits / 8 };
}
