import { availableParallelism } from "node:os";
import { countRunnable } from "./run-queue.js";
import type { SpinOptions } from "./spin-options.js";

/** Milliseconds over which the share of spinning is bounded. */
const WINDOW = 100;
/** Milliseconds between two looks at the run queue while we spin, and for how many looks one counts. */
const SAMPLE_TIME = 5;
const SAMPLES = 8;
/**
 * Threads for each processor that run or want to, above which nobody spins. A few more than there are processors are no
 * reason: who waits for a processor longer than we are ready to look is let go anyway, as is who never gets news in time.
 */
const MOST_RUNNABLE = 4;

/**
 * How much an event loop may spin: up to a share of its time, and not while the machine has much more to do than it can.
 * The clock is the caller's, in milliseconds.
 */
export class SpinBudget {
  readonly #share: number;
  readonly #mostRunnable: number;
  readonly #countRunnable: () => number;
  #windowStart = Number.NEGATIVE_INFINITY;
  #spunInWindow = 0;
  #lastShare = 0;
  #total = 0;
  #nextSample = Number.NEGATIVE_INFINITY;
  /** Threads that run or want to, lately: single looks tell little. */
  #runnable = 0;

  constructor(
    { share }: Required<SpinOptions>,
    processors: number = availableParallelism(),
    runnable: () => number = countRunnable,
  ) {
    this.#share = share;
    this.#mostRunnable = MOST_RUNNABLE * processors;
    this.#countRunnable = runnable;
  }

  /** Milliseconds spent looking when nothing was there. */
  get total(): number {
    return this.#total;
  }

  /** Whether other processes need the processors. */
  get isPaused(): boolean {
    return this.#runnable > this.#mostRunnable;
  }

  /** The part of the last 100 ms or so that was. */
  share(now: number): number {
    if (now - this.#windowStart >= WINDOW) this.#turnWindow(now);
    return this.#lastShare;
  }

  allows(now: number): boolean {
    if (now >= this.#nextSample) this.#sample(now);
    if (now - this.#windowStart >= WINDOW) this.#turnWindow(now);
    return !this.isPaused && this.#spunInWindow < this.#share * WINDOW;
  }

  /** The time since the last look went into looking. */
  spent(milliseconds: number): void {
    this.#total += milliseconds;
    this.#spunInWindow += milliseconds;
  }

  #turnWindow(now: number): void {
    this.#lastShare = this.#spunInWindow / (now - this.#windowStart);
    this.#windowStart = now;
    this.#spunInWindow = 0;
  }

  #sample(now: number): void {
    this.#runnable += (this.#countRunnable() - this.#runnable) / SAMPLES;
    this.#nextSample = now + SAMPLE_TIME;
  }
}
