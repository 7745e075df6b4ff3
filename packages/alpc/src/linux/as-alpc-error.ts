import { AlpcError, isAlpcError } from "../error.js";

/** What ends a connection: an error of ours as it is, and any other as the cause of one. */
export function asAlpcError(error: unknown): AlpcError {
  return isAlpcError(error)
    ? error
    : new AlpcError("UNSUCCESSFUL", "a message could not be handled", { cause: error });
}
