import { availableParallelism } from "node:os";
import { AlpcError } from "../error.js";

/** How an event loop may spin: look for messages again and again, instead of sleeping until the system wakes it. */
export interface SpinOptions {
  /** Microseconds after the last message, or after a request, for which to spin: from 1 to 1,000. Default 100. */
  readonly microseconds?: number;
  /** Highest part of the loop's time that goes into looking when nothing is there, from 0 to 1. Default 0.8. */
  readonly share?: number;
}

/** Long enough for an answer from a peer that is awake, and about what falling asleep and waking up would cost. */
const DEFAULT_MICROSECONDS = 100;
const DEFAULT_SHARE = 0.8;

/** Fills in the defaults; null where spinning is off: by choice, or as there is one processor. Throws AlpcError INVALID_PARAMETER. */
export function resolveSpin(given: SpinOptions | false = {}): Required<SpinOptions> | null {
  if (given === false) return null;
  const { microseconds = DEFAULT_MICROSECONDS, share = DEFAULT_SHARE } = given;
  check("microseconds", microseconds, 1, 1000);
  check("share", share, 0, 1);
  return availableParallelism() < 2 ? null : { microseconds, share };
}

function check(name: string, value: number, lowest: number, highest: number): void {
  if (value >= lowest && value <= highest) return;
  throw new AlpcError(
    "INVALID_PARAMETER",
    `spin.${name} is ${value}; give a number from ${lowest} to ${highest}`,
  );
}
