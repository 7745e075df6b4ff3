import { createHash } from "node:crypto";
import type { Model } from "./model.js";

/** What the format could not say at first: left out where it says nothing, so that hashes taken earlier still hold. */
const LATER = new Set(
  "callbacks attributes maybe broadcast message callAs switchOf ignore disableConsistencyCheck partialIgnore joined hook".split(
    " ",
  ),
);

/**
 * SHA-256 in lower-case hex over the model's JSON with keys in code-unit order and no white space. File paths are left
 * out, so that the hash is the same wherever the files lie.
 */
export function modelHash(model: Model): string {
  return createHash("sha256").update(canonical(model)).digest("hex");
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  let text = "";
  for (const [key, part] of Object.entries(value).sort(byKey)) {
    if (key === "file" || (LATER.has(key) && saysNothing(part))) continue;
    text += `${text === "" ? "" : ","}"${key}":${canonical(part)}`;
  }
  return `{${text}}`;
}

function byKey([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}

function saysNothing(value: unknown): boolean {
  return value === null || value === false || (Array.isArray(value) && value.length === 0);
}
