import { availableParallelism } from "node:os";
import { countRunnable } from "./run-queue.js";
import type { SpinOptions } from "./spin-options.js";

/** Milliseconds over which the share of spinning is bounded. */
const WINDOW = 100;
/** Milliseconds between two looks at the run queue while we spin; and after one that found it too long. */
const SAMPLE_TIME = 5;
const DOUBT_TIME = 1;
/** A look that comes so late, milliseconds, was probably held up by other processes. */
const GAP = 0.3;
/** Milliseconds without spinning after the run queue was too long. */
const PAUSE = 100;

/**
 * How much an event loop may spin: up to a share of its time, and not while other processes want the processors: the
 * system gives them to who sleeps and wakes up before those who never let go of them. The clock is the caller's, in
 * milliseconds.
 */
export class SpinBudget {
  readonly #share: number;
  readonly #processors: number;
  readonly #countRunnable: () => number;
  #windowStart = Number.NEGATIVE_INFINITY;
  #spunInWindow = 0;
  #lastShare = 0;
  #total = 0;
  #nextSample = Number.NEGATIVE_INFINITY;
  #isDoubtful = false;
  #pausedUntil = Number.NEGATIVE_INFINITY;

  constructor(
    { share }: Required<SpinOptions>,
    processors: number = availableParallelism(),
    runnable: () => number = countRunnable,
  ) {
    this.#share = share;
    this.#processors = processors;
    this.#countRunnable = runnable;
  }

  /** Milliseconds spent looking when nothing was there. */
  get total(): number {
    return this.#total;
  }

  /** The part of the last 100 ms or so that was. */
  share(now: number): number {
    if (now - this.#windowStart >= WINDOW) this.#turnWindow(now);
    return this.#lastShare;
  }

  /** Whether other processes need the processors. */
  isPaused(now: number): boolean {
    return now < this.#pausedUntil;
  }

  allows(now: number): boolean {
    if (now < this.#pausedUntil) return false;
    if (now >= this.#nextSample) this.#sample(now);
    if (now - this.#windowStart >= WINDOW) this.#turnWindow(now);
    return now >= this.#pausedUntil && this.#spunInWindow < this.#share * WINDOW;
  }

  /** The time since the last look went into looking. */
  spent(now: number, milliseconds: number): void {
    this.#total += milliseconds;
    this.#spunInWindow += milliseconds;
    if (milliseconds <= GAP) return;
    this.#isDoubtful = true;
    this.#nextSample = now;
  }

  #turnWindow(now: number): void {
    this.#lastShare = this.#spunInWindow / (now - this.#windowStart);
    this.#windowStart = now;
    this.#spunInWindow = 0;
  }

  #sample(now: number): void {
    const hadPause = now - this.#pausedUntil < 2 * PAUSE;
    // The engine's own threads run beside ours now and then. After a pause nobody spins: there must be room for the other side, too.
    const isLong = this.#countRunnable() > (hadPause ? this.#processors : this.#processors + 1);
    if (isLong && (this.#isDoubtful || hadPause)) {
      this.#pausedUntil = now + PAUSE;
      this.#nextSample = this.#pausedUntil;
      this.#isDoubtful = false;
    } else {
      this.#isDoubtful = isLong;
      this.#nextSample = now + (isLong ? DOUBT_TIME : SAMPLE_TIME);
      if (!isLong) this.#pausedUntil = Number.NEGATIVE_INFINITY;
    }
  }
}
