import type { SystemHandle } from "@ncalrpc/ndr";
import { z } from "zod";
import type { EnumValue } from "./enum-value.js";
import type { Hook } from "./hook.js";
import { graph, shared } from "./schema-graph.js";

/** Any typed array that an array of scalars is. */
interface TypedArrayConstructor<T, E> {
  readonly name: string;
  new (elements: readonly E[]): T;
}

/**
 * Schemas of the JSON form of NDR types, for generated code: 64-bit integers as decimal strings, octets as base64,
 * enums by label. What is of the natural type already passes unchanged.
 */
export const schema = {
  graph,
  shared,
  bytes: () =>
    z.union([
      z.instanceof(Uint8Array),
      z.base64().transform((text) => new Uint8Array(Buffer.from(text, "base64"))),
    ]),
  int64: () => bigint(-(2n ** 63n), 2n ** 63n - 1n),
  uint64: () => bigint(0n, 2n ** 64n - 1n),
  /** Any number; NaN and the infinities as strings too, which JSON has no numbers for. */
  float: () =>
    z.union([
      z.number(),
      z.nan(),
      z.literal([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]),
      z.literal(["NaN", "Infinity", "-Infinity"]).transform(Number),
    ]),
  enum: <E extends Readonly<Record<string, number>>>(labels: E) => enumeration(labels, 0, 0x7fff),
  v1Enum: <E extends Readonly<Record<string, number>>>(labels: E) =>
    enumeration(labels, -0x8000_0000, 0x7fff_ffff),
  /** The server's own object behind a context handle. */
  context: () =>
    z.custom<object>((value) => typeof value === "object" && value !== null, "expected an object"),
  /** A system handle, which no JSON stands for. */
  handle: () => z.custom<SystemHandle>(isSystemHandle, "expected a system handle, which has no JSON form"),
  /** Where the chunks of a pipe come from, which are looked at one by one. */
  stream: () =>
    z.custom<object>(
      (value) =>
        typeof value === "object" &&
        value !== null &&
        (Symbol.asyncIterator in value || Symbol.iterator in value),
      "expected an iterable of chunks",
    ),
  /** What is sent becomes what programs see; what they see already passes if it can be sent. */
  hooked: <W, L>(wire: z.ZodType<W>, hook: Hook<W, L>) => hooked(wire, hook),
  int8Array: () => typedArray(Int8Array, z.int().min(-0x80).max(0x7f)),
  int16Array: () => typedArray(Int16Array, z.int().min(-0x8000).max(0x7fff)),
  uint16Array: () => typedArray(Uint16Array, z.int().min(0).max(0xffff)),
  int32Array: () => typedArray(Int32Array, z.int32()),
  uint32Array: () => typedArray(Uint32Array, z.uint32()),
  float32Array: () => typedArray(Float32Array, schema.float()),
  float64Array: () => typedArray(Float64Array, schema.float()),
  bigInt64Array: () => typedArray(BigInt64Array, schema.int64()),
  bigUint64Array: () => typedArray(BigUint64Array, schema.uint64()),
};

const DECIMAL = /^-?[0-9]{1,20}$/;

function bigint(min: bigint, max: bigint): z.ZodType<bigint> {
  const inRange = z.bigint().min(min).max(max);
  return z.union([
    inRange,
    z.int().transform(BigInt).pipe(inRange),
    z.string().regex(DECIMAL, "expected a decimal integer").transform(BigInt).pipe(inRange),
  ]);
}

function enumeration<E extends Readonly<Record<string, number>>>(
  labels: E,
  min: number,
  max: number,
): z.ZodType<EnumValue<E>> {
  return z.union([
    z
      .string()
      .refine((label) => Object.hasOwn(labels, label), {
        error: `expected one of ${Object.keys(labels).join(", ")}`,
      })
      .transform((label) => labels[label] ?? 0),
    z.int().min(min).max(max),
  ]);
}

function typedArray<T, E>(type: TypedArrayConstructor<T, E>, element: z.ZodType<E>): z.ZodType<T> {
  return z.union([
    z.custom<T>((value) => value instanceof type, `expected an ${type.name}`),
    z.array(element).transform((elements) => new type(elements)),
  ]);
}

function hooked<W, L>(wire: z.ZodType<W>, hook: Hook<W, L>): z.ZodType<L> {
  const local = z.custom<L>((value) => {
    try {
      return wire.safeParse(hook.toWire(value as L)).success;
    } catch {
      return false;
    }
  }, "expected a value that the hook can convert");
  return z.union([wire.transform((value) => hook.fromWire(value)), local]);
}

function isSystemHandle(value: unknown): boolean {
  return typeof value === "object" && value !== null && "fd" in value && "close" in value;
}
