import type { Model } from "../model.js";
import { modelHash } from "../model-hash.js";
import { isModel } from "./model-shape.js";

/** Why a text is no frozen model. */
export class FrozenModelError extends Error {
  override readonly name = "FrozenModelError";
}

/** Reads a frozen model and checks it against the hash kept beside it, if there is one. Throws FrozenModelError. */
export function parseFrozen(text: string, hash: string | null): Model {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new FrozenModelError(`this is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isModel(value)) throw new FrozenModelError("this JSON is not an interface model of format 1");
  const found = modelHash(value);
  if (hash !== null && hash.trim() !== found)
    throw new FrozenModelError(
      `the model was changed after it was frozen: its hash is ${found}, not ${hash.trim().slice(0, 80)}`,
    );
  return value;
}
