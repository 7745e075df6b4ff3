import { createHash } from "node:crypto";
import type { Model } from "./model.js";

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
  const entries = Object.entries(value).filter(([key]) => key !== "file");
  entries.sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`).join(",")}}`;
}
