import { readFileSync } from "node:fs";
import type { Codec } from "./codecs/codec.js";
import { codecOf } from "./vector-codecs.js";

/** A value of an interface definition and its octets, both ways. */
export interface Vector {
  readonly id: string;
  readonly idl: string;
  readonly octets: Buffer;
  readonly value: unknown;
  readonly codec: Codec;
}

/** How a vector lies on the wire, if not in NDR20 of a little-endian sender. */
export type VectorForm = "big-endian" | "ndr64" | "decode-only";

interface VectorFile {
  readonly vectors: readonly {
    readonly id: string;
    readonly idl: string;
    readonly octets: string;
    readonly source: string;
    /** The vector whose codec, and value if it has none of its own, this one shares. */
    readonly codec?: string;
    readonly form?: VectorForm;
    readonly value?: unknown;
  }[];
}

const file: VectorFile = JSON.parse(readFileSync(new URL("vectors.json", import.meta.url), "utf8"), revive);

/** Ids of all vectors of the file. Those for which no codec is written out here are run through generated ones. */
export const allIds: readonly string[] = file.vectors.map(({ id }) => id);

function written(
  isWanted: (form: VectorForm | undefined) => boolean,
): (Vector & { form: VectorForm | null })[] {
  return file.vectors.flatMap(({ id, idl, octets, codec: like = id, form, value }) => {
    const codec = codecOf(like);
    if (codec === null || !isWanted(form)) return [];
    const found = value ?? file.vectors.find((other) => other.id === like)?.value;
    const bytes = Buffer.from(octets.replaceAll(" ", ""), "hex");
    return [{ id, idl, octets: bytes, value: found, codec, form: form ?? null }];
  });
}

export const vectors: readonly Vector[] = written((form) => form === undefined);

/** Those of other transfer syntaxes and byte orders. */
export const otherVectors = written((form) => form === "ndr64" || form === "big-endian");

/** Values that JSON has no form for are objects with one member, named after their type. */
function revive(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const [[tag, content] = []] = Object.entries(value);
  if (tag === "$bigint") return BigInt(content);
  if (tag === "$bytes") return Uint8Array.from(Buffer.from(content, "hex"));
  if (tag === "$int16") return Int16Array.from(content);
  if (tag === "$uint16") return Uint16Array.from(content);
  if (tag === "$int32") return Int32Array.from(content);
  return value;
}
