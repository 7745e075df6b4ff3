import { availableParallelism } from "node:os";
import { Patience, resolveSpin, SpinBudget } from "@ncalrpc/alpc";

/** Where a worker finds its work, and says whether it must be woken for it. */
export interface Work {
  /** Does the next piece. False if there is none. */
  take(): boolean;
  /** Whether there may be one. */
  hasWork(): boolean;
  /** From here on the loop looks for work of its own accord. */
  look(): void;
  /** From here on it has to be woken. False if there is work: then it stays awake. */
  sleep(): boolean;
  /** So many milliseconds pieces have taken lately: about one in five has taken longer. */
  onPace(milliseconds: number): void;
}

/** Milliseconds of work without a break before the event loop has its turn. */
const LONGEST_RUN = 0.5;
/** What the pace grows by with each piece that takes longer, and shrinks by with each that does not: one in five balances four. */
const SLOWER = 1.5;
const FASTER = 0.9;
/** Milliseconds: the pace before the first piece. */
const FIRST_PACE = 0.1;
/** Looks between two readings of the clock. */
const LOOKS = 64;

const settled = Promise.resolve();

/**
 * Does one piece of work at a time: the promises that it settles go first, then the next one or, after a while, the event
 * loop. When there is none it looks for some for as long as that has paid lately, then sleeps.
 */
export class WorkLoop {
  readonly #work: Work;
  readonly #patience = new Patience();
  readonly #budget: SpinBudget | null;
  /** Milliseconds for which to look. */
  readonly #longestLook: number;
  readonly #step = (): void => this.#run();
  #isRunning = false;
  #runStart = 0;
  #lastStep = 0;
  #pace = FIRST_PACE;
  /** When there was nothing to do any more. */
  #idleSince: number | null = null;
  #lookedAt = 0;

  /** `mayLook`: whether there is a processor for it to look with. */
  constructor(work: Work, mayLook: boolean) {
    this.#work = work;
    const options = mayLook ? resolveSpin() : null;
    this.#budget = options === null ? null : new SpinBudget(options);
    this.#longestLook = (options?.microseconds ?? 0) / 1000;
  }

  /** Goes on if it sleeps. */
  wake(): void {
    if (!this.#isRunning) {
      this.#isRunning = true;
      this.#runStart = this.#lastStep = performance.now();
      this.#run();
    }
  }

  #run(): void {
    const hasWorked = this.#work.take();
    if (hasWorked && this.#idleSince !== null) {
      this.#idleSince = null;
      this.#patience.paid();
    }
    if (!hasWorked && !this.#looksOn() && this.#work.sleep()) {
      this.#isRunning = false;
      return;
    }
    const now = performance.now();
    if (hasWorked) {
      this.#pace *= now - this.#lastStep > this.#pace ? SLOWER : FASTER;
      this.#work.onPace(this.#pace);
    }
    this.#lastStep = now;
    if (now - this.#runStart < LONGEST_RUN) {
      void settled.then(this.#step);
    } else {
      this.#runStart = now;
      setImmediate(this.#step);
    }
  }

  /** Looks for a while: whether to go on. */
  #looksOn(): boolean {
    if (this.#budget === null) {
      return false;
    }
    const now = performance.now();
    if (this.#idleSince === null) {
      if (!this.#patience.tries() || !this.#budget.allows(now)) {
        return false;
      }
      this.#idleSince = now;
      this.#work.look();
    } else {
      this.#budget.spent(now - this.#lookedAt);
      if (now - this.#idleSince > this.#longestLook || !this.#budget.allows(now)) {
        this.#idleSince = null;
        this.#patience.failed();
        return false;
      }
    }
    this.#lookedAt = now;
    for (let look = 0; look < LOOKS && !this.#work.hasWork(); look++);
    return true;
  }
}

/** Whether a worker may look for work: the server's own thread and a client need processors, too. */
export function mayLook(worker: number, processors: number = availableParallelism()): boolean {
  return worker <= processors - 2;
}
