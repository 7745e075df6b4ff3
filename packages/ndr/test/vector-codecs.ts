import { arrayCodecs } from "./codecs/arrays.js";
import type { Codec } from "./codecs/codec.js";
import { pointerCodecs } from "./codecs/pointers.js";
import { stockCodecs } from "./codecs/stock.js";
import { stringCodecs } from "./codecs/strings.js";
import { structureCodecs } from "./codecs/structures.js";

/** The codec of each vector of vectors.json, by its id; variants of a vector ("V32/null") share its codec. */
const codecs: Record<string, Codec> = {
  ...arrayCodecs,
  ...stringCodecs,
  ...pointerCodecs,
  ...structureCodecs,
  ...stockCodecs,
};

export function codecOf(id: string): Codec | null {
  return codecs[id] ?? codecs[id.replace(/\/.*/, "")] ?? null;
}
