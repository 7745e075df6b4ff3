import { ContextHandle } from "@ncalrpc/runtime";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/**
 * The JSON form of a result, which requests take as well: 64-bit integers as decimal strings, octets as base64, other
 * arrays as arrays, numbers that JSON does not have as strings, a context handle as its id, nothing as null.
 */
export function jsonForm(value: unknown): Json {
  switch (typeof value) {
    case "bigint":
      return value.toString();
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "boolean":
    case "string":
      return value;
    case "object":
      return value === null ? null : objectForm(value);
    default:
      return null;
  }
}

function objectForm(value: object): Json {
  if (value instanceof Uint8Array) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
  }
  if (value instanceof ContextHandle) return value.id;
  if (isIterable(value)) return Array.from(value, jsonForm);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, jsonForm(member)]));
}

/** Arrays and typed arrays. */
function isIterable(value: object): value is Iterable<unknown> {
  return Symbol.iterator in value;
}
