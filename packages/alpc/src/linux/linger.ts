import { availableParallelism } from "node:os";

/** Microseconds; long enough for a reply to come from a peer that is awake, short against a timer tick. */
const DEFAULT_LINGER = 50;
/** At most 2^10 - 1 chances are skipped after lingering has not paid. */
const MAX_BACK_OFF = 5;

/**
 * Decides whether to look for messages again at once after a turn, rather than to sleep until the system wakes us,
 * which costs more than a whole call. Lingering is bounded in time, never holds the event loop (each look is a turn
 * of its own), and is tried ever more rarely while it does not pay.
 */
export class Linger {
  readonly #milliseconds: number;
  #until = 0;
  #unpaid = 0;
  #skip = 0;

  /** `microseconds` since the last message; false, or a machine with one processor, turns lingering off. */
  constructor(microseconds: number | false = DEFAULT_LINGER) {
    this.#milliseconds = microseconds === false || availableParallelism() < 2 ? 0 : microseconds / 1000;
  }

  /** After each turn: whether to take another at once. `woken`: the system woke us, we had not been lingering. */
  again(messages: number, woken: boolean): boolean {
    if (this.#milliseconds === 0) return false;
    if (messages > 0) {
      if (woken) {
        if (this.#skip > 0) {
          this.#skip--;
          return false;
        }
      } else this.#unpaid = 0;
      this.#until = performance.now() + this.#milliseconds;
      return true;
    }
    if (woken) return false;
    if (performance.now() < this.#until) return true;
    this.#unpaid = Math.min(this.#unpaid + 1, MAX_BACK_OFF);
    this.#skip = 2 ** this.#unpaid - 1;
    return false;
  }
}
