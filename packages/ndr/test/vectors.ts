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

interface VectorFile {
  readonly vectors: readonly { id: string; idl: string; octets: string; source: string; value: unknown }[];
  readonly unsupported: readonly { id: string; reason: string }[];
}

const file: VectorFile = JSON.parse(readFileSync(new URL("vectors.json", import.meta.url), "utf8"), revive);

export const vectors: readonly Vector[] = file.vectors.map(({ id, idl, octets, value }) => ({
  id,
  idl,
  octets: Buffer.from(octets.replaceAll(" ", ""), "hex"),
  value,
  codec: codecOf(id),
}));

export const unsupported = file.unsupported;

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
