/** Whose calls they are. */
export interface CallTimerOwner {
  /** Ends the calls that are due at `now` and answers with the next deadline, infinite if there is none. */
  expire(now: number): number;
}

/** One timer for the deadlines of many calls: it is armed for the earliest of them only. */
export class CallTimer {
  readonly #owner: CallTimerOwner;
  #timer: NodeJS.Timeout | null = null;
  #due = Number.POSITIVE_INFINITY;

  constructor(owner: CallTimerOwner) {
    this.#owner = owner;
  }

  /** Makes sure that the timer fires at `deadline` (performance.now()'s clock) or earlier. */
  arm(deadline: number): void {
    if (deadline < this.#due) {
      this.stop();
      this.#due = deadline;
      this.#timer = setTimeout(
        () => this.#onTimer(),
        Math.max(0, Math.min(deadline - performance.now(), 0x7fffffff)),
      );
    }
  }

  stop(): void {
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
      this.#timer = null;
    }
    this.#due = Number.POSITIVE_INFINITY;
  }

  #onTimer(): void {
    this.#timer = null;
    this.#due = Number.POSITIVE_INFINITY;
    this.arm(this.#owner.expire(performance.now()));
  }
}
