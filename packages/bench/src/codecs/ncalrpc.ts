import {
  decodeBytes,
  decodeNested,
  decodePoints,
  decodeSmall,
  encodeBytes,
  encodeNested,
  encodePoints,
  encodeSmall,
  type Nested,
} from "../gen/codecs.js";
import { type Codec, type Exercise, exercise } from "./codec.js";
import type { MessageName, Messages, NestedData } from "./messages.js";

/** Ours: what `ncalrpc generate` makes of idl/codecs.idl. Strings are UTF-16, as on Windows. */
export const ncalrpc: Codec = {
  name: "ncalrpc",
  description: "ours: generated encodeX and decodeX, NDR type serialization",
  packages: [],
  prepare: <N extends MessageName>(name: N, value: Messages[N]): Exercise => prepare[name](value),
};

const prepare: { readonly [N in MessageName]: (value: Messages[N]) => Exercise } = {
  small: (value) => exercise(value, encodeSmall, decodeSmall, same),
  nested: (value) => exercise(nestedOf(value), encodeNested, decodeNested, plainNested),
  bytes: (value) => exercise(value, encodeBytes, decodeBytes, same),
  structs: ({ items }) => exercise({ items: [...items] }, encodePoints, decodePoints, same),
};

/** In our form: arrays of numbers are typed. */
export function nestedOf(value: NestedData): Nested {
  return {
    ...value,
    samples: Int32Array.from(value.samples),
    tags: [...value.tags],
    events: [...value.events],
  };
}

export function plainNested({ samples, ...rest }: Nested): unknown {
  return { ...rest, samples: [...(samples ?? [])] };
}

export const same = <T>(decoded: T): T => decoded;
