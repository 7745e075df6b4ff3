import { isDeepStrictEqual } from "node:util";
import { median } from "../harness/statistics.js";
import type { Codec } from "./codec.js";
import { MESSAGE_NAMES, type MessageName, makeMessages } from "./messages.js";

/** Nanoseconds for one message, and how long it is encoded. */
export interface Timing {
  readonly encode: number;
  readonly decode: number;
  /** Octets, or code units of text. */
  readonly length: number;
}

/** Milliseconds that warming up and measuring take, for each direction of each message. */
export interface MeasureSettings {
  readonly warmup: number;
  readonly duration: number;
}

/** Keeps results alive, so that no compiler can leave out what makes them. */
let kept: unknown;

/** Throws if what comes back is not what was encoded. */
export function measureCodec(codec: Codec, settings: MeasureSettings): Partial<Record<MessageName, Timing>> {
  const messages = makeMessages();
  const timings: Partial<Record<MessageName, Timing>> = {};
  for (const name of codec.messages ?? MESSAGE_NAMES) {
    const exercise = codec.prepare(name, messages[name]);
    const check = (): void => {
      if (isDeepStrictEqual(exercise.plain(exercise.decode(exercise.encode())), messages[name])) return;
      throw new Error(`${codec.name}: the ${name} message is not what it was`);
    };
    check();
    const encode = (): void => {
      kept = exercise.encode();
    };
    // Octets of its own: an encoder may use its memory again.
    const encoded = exercise.encode();
    const octets = typeof encoded === "string" ? encoded : Uint8Array.prototype.slice.call(encoded);
    const decode = (): void => {
      kept = exercise.decode(octets);
    };
    const time = { encode: measure(encode, settings), decode: measure(decode, settings) };
    check();
    timings[name] = { ...time, length: octets.length };
  }
  if (kept === null) throw new Error("nothing was measured");
  return timings;
}

/** Milliseconds of a batch of calls, of which the median counts: a pause of the machine spoils no more than one. */
const BATCH = 3;

/** Batches that are measured at least, so that a long pause is no more than one of several. */
const LEAST_BATCHES = 5;

/** Nanoseconds of one call, after a warm-up. */
function measure(run: () => void, { warmup, duration }: MeasureSettings): number {
  let calls = 1;
  let elapsed = timed(run, calls);
  for (let total = elapsed; total < warmup; total += elapsed) {
    if (elapsed < BATCH) calls = Math.max(calls, Math.ceil((calls * BATCH) / Math.max(elapsed, BATCH / 4)));
    elapsed = timed(run, calls);
  }
  const batches: number[] = [];
  for (let total = 0; total < duration || batches.length < LEAST_BATCHES; total += elapsed) {
    elapsed = timed(run, calls);
    batches.push((elapsed * 1e6) / calls);
  }
  return median(batches);
}

/** Milliseconds of so many calls. */
function timed(run: () => void, calls: number): number {
  const start = performance.now();
  for (let i = 0; i < calls; i++) run();
  return performance.now() - start;
}
