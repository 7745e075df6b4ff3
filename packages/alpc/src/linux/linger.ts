import { Patience } from "../waiting/patience.js";
import type { ListPoller } from "./completion-list/list-poller.js";

/**
 * Decides whether to look for messages on the sockets again at once after a turn, rather than to sleep until the system
 * wakes us, which costs more than a whole call. Lingering never holds the event loop (each look is a turn of its own), is
 * tried ever more rarely while it does not pay, and takes from the same budget as looking into completion lists.
 */
export class Linger {
  readonly #budget: Pick<ListPoller, "allowance" | "spent">;
  readonly #patience = new Patience();
  #until = 0;
  #last = 0;

  constructor(budget: Pick<ListPoller, "allowance" | "spent">) {
    this.#budget = budget;
  }

  /** After each turn: whether to take another at once. `woken`: the system woke us, we had not been lingering. */
  again(messages: number, woken: boolean): boolean {
    if (messages === 0 && woken) return false;
    if (messages > 0) {
      if (!woken) this.#patience.paid();
      else if (!this.#patience.tries()) return false;
    }
    const now = performance.now();
    if (messages === 0) this.#budget.spent(now - this.#last);
    this.#last = now;
    const allowance = this.#budget.allowance(now);
    if (messages > 0) this.#until = now + allowance;
    if (allowance > 0 && now < this.#until) return true;
    if (messages === 0) this.#patience.failed();
    return false;
  }
}
