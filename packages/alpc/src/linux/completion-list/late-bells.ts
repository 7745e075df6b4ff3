/** Somebody who sleeps and is to be woken. */
export interface Ringer {
  ring(): void;
}

/** Milliseconds after which nobody waits any longer to be woken. */
const LONGEST_WAIT = 0.25;
/** The same where nothing comes. */
const LONGEST_IDLE_WAIT = 0.003;

/**
 * Doorbells that wait while messages of others come in quick succession: the system tends to run who is woken in place
 * of who woke it, so a server that rings at once is stopped in the midst of its work, by a client who then has to wait for it.
 */
export class LateBells {
  #ringers: Ringer[] = [];
  #since = 0;

  /** To be called once until it is rung. */
  add(ringer: Ringer, now: number): void {
    if (this.#ringers.length === 0) this.#since = now;
    this.#ringers.push(ringer);
  }

  /** Rings if it is time, something having last come at `lastNews`: whether it did, which may take long. */
  ringDue(now: number, lastNews: number): boolean {
    if (this.#ringers.length === 0) return false;
    const isDue = now - this.#since >= LONGEST_WAIT || now - lastNews >= LONGEST_IDLE_WAIT;
    if (isDue) this.ring();
    return isDue;
  }

  /** Rings at once. */
  ring(): void {
    if (this.#ringers.length === 0) return;
    const ringers = this.#ringers;
    this.#ringers = [];
    for (const ringer of ringers) ringer.ring();
  }
}
