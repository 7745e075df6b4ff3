import type { HandleUse } from "./model-index.js";

/** The type of a context handle, or of an array of them, whose single ones are of the type `handle`. */
export function handleText(use: HandleUse, handle: string, isNullable: boolean, modifier = ""): string {
  const one = isNullable ? `${handle} | null` : handle;
  if (!use.isArray) return one;
  const array = `${modifier}${isNullable ? `(${one})` : one}[]`;
  return use.isOptional ? `${array} | null` : array;
}
