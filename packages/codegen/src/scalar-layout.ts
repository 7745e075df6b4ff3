import type { Scalar } from "@ncalrpc/idl";
import type { WellKnown } from "./well-known.js";

export type Alignment = 1 | 2 | 4 | 8;

/** How one scalar is written, read and held (NDR20 sizes: C706 14.2). */
export interface ScalarLayout {
  /** The alignment, and the octets too unless `octets` says otherwise. */
  readonly size: Alignment;
  readonly octets?: number;
  /** The same in NDR64. */
  readonly wideSize: Alignment;
  /** The method of `Reader` and `Writer` for one. */
  readonly method: string;
  readonly type: "number" | "bigint" | "boolean" | "string";
  /** What an array of them becomes, null for a plain array, with the methods for its elements. */
  readonly array: { readonly type: string; readonly method: string } | null;
}

function scalar(size: Alignment, method: string, array: string, arrayMethod: string): ScalarLayout {
  return {
    size,
    wideSize: size,
    method,
    type: size === 8 && method !== "float64" ? "bigint" : "number",
    array: { type: array, method: arrayMethod },
  };
}

const layouts: Readonly<Record<Scalar | WellKnown, ScalarLayout>> = {
  boolean: { size: 1, wideSize: 1, method: "boolean", type: "boolean", array: null },
  byte: scalar(1, "uint8", "Uint8Array", "bytes"),
  char: scalar(1, "char", "Uint8Array", "bytes"),
  wchar_t: scalar(2, "wchar", "Uint16Array", "uint16Array"),
  int8: scalar(1, "int8", "Int8Array", "int8Array"),
  uint8: scalar(1, "uint8", "Uint8Array", "bytes"),
  int16: scalar(2, "int16", "Int16Array", "int16Array"),
  uint16: scalar(2, "uint16", "Uint16Array", "uint16Array"),
  int32: scalar(4, "int32", "Int32Array", "int32Array"),
  uint32: scalar(4, "uint32", "Uint32Array", "uint32Array"),
  int64: scalar(8, "int64", "BigInt64Array", "bigInt64Array"),
  uint64: scalar(8, "uint64", "BigUint64Array", "bigUint64Array"),
  guid: { size: 4, wideSize: 4, octets: 16, method: "guid", type: "string", array: null },
  filetime: { size: 4, wideSize: 4, octets: 8, method: "fileTime", type: "bigint", array: null },
  largeInteger: scalar(8, "int64", "BigInt64Array", "bigInt64Array"),
  unsignedLargeInteger: scalar(8, "uint64", "BigUint64Array", "bigUint64Array"),
  // Its size depends on the transfer syntax, so that no typed array can hold its elements as they lie on the wire.
  int3264: { size: 4, wideSize: 8, method: "int3264", type: "bigint", array: null },
  uint3264: { size: 4, wideSize: 8, method: "uint3264", type: "bigint", array: null },
  float: scalar(4, "float32", "Float32Array", "float32Array"),
  double: scalar(8, "float64", "Float64Array", "float64Array"),
  error_status_t: scalar(4, "uint32", "Uint32Array", "uint32Array"),
};

export function scalarLayout(name: Scalar | WellKnown): ScalarLayout {
  return layouts[name];
}

/** The method of `Reader` and `Writer` for one in a run, for that of one by itself. */
export function methodInRun(method: string): string {
  const same: Readonly<Record<string, string>> = { char: "uint8", wchar: "uint16", enum32: "int32" };
  return `${same[method] ?? method}At`;
}
