import { createHash } from "node:crypto";
import type { Model } from "./model.js";

/** What the format could not say at first: left out where it says nothing, so that hashes taken earlier still hold. */
const LATER = new Set(
  "callbacks attributes maybe broadcast message callAs switchOf ignore disableConsistencyCheck partialIgnore joined hook".split(
    " ",
  ),
);

/** What a unit has many of, each of which may be the same object in the next model. */
const MANY = new Set(["types", "methods"]);

/** Texts of types and methods that were hashed before, for models that share these objects with earlier ones. */
export type HashedTexts = WeakMap<object, string>;

/**
 * SHA-256 in lower-case hex over the model's JSON with keys in code-unit order and no white space. File paths are left
 * out, so that the hash is the same wherever the files lie. `known` makes it quicker to hash the next model.
 */
export function modelHash(model: Model, known: HashedTexts | null = null): string {
  return createHash("sha256").update(canonical(model, known)).digest("hex");
}

function canonical(value: unknown, known: HashedTexts | null): string {
  if (Array.isArray(value)) return canonicalList(value, (item) => canonical(item, known));
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  let text = "";
  for (const [key, part] of Object.entries(value).sort(byKey)) {
    if (key === "file" || (LATER.has(key) && saysNothing(part))) continue;
    const isMany = known !== null && MANY.has(key) && Array.isArray(part);
    const inner = isMany ? canonicalList(part, (item) => knownText(item, known)) : canonical(part, known);
    text += `${text === "" ? "" : ","}"${key}":${inner}`;
  }
  return `{${text}}`;
}

function canonicalList(items: readonly unknown[], textOf: (item: unknown) => string): string {
  return `[${items.map(textOf).join(",")}]`;
}

function knownText(item: unknown, known: HashedTexts): string {
  if (typeof item !== "object" || item === null) return canonical(item, known);
  const text = known.get(item) ?? canonical(item, known);
  known.set(item, text);
  return text;
}

function byKey([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}

function saysNothing(value: unknown): boolean {
  return value === null || value === false || (Array.isArray(value) && value.length === 0);
}
