import { AlpcError, isAlpcError } from "./error.js";
import type { View } from "./view.js";

/** How somebody who waits for a view is told: one of the two is called, once. */
export interface ViewOutcome {
  readonly grant: (view: View) => void;
  readonly refuse: (reason: AlpcError) => void;
}

/** Somebody who waits for a view of `size` octets. */
export interface ViewWish extends ViewOutcome {
  readonly size: number;
}

/** Who waits for a view on one side of a connection. Memory that comes back goes to the oldest; only who blocks overtakes. */
export class ViewQueue<W extends ViewWish = ViewWish> {
  readonly #allocate: (wish: W) => View | null;
  /** The oldest first. */
  #wishes = new Set<W>();
  readonly #promised = new WeakMap<Promise<View>, W>();

  /** `allocate` answers null if views have to come back first, and throws AlpcError if that would not help. */
  constructor(allocate: (wish: W) => View | null) {
    this.#allocate = allocate;
  }

  get oldest(): W | undefined {
    return this.#wishes.values().next().value;
  }

  add(wish: W): void {
    this.#wishes.add(wish);
  }

  /** For who blocks the thread, in which nobody else could use a view meanwhile. */
  addFirst(wish: W): void {
    this.#wishes = new Set([wish, ...this.#wishes]);
  }

  /** A promise for the view of a wish, which `make` makes and lines up. */
  promise(make: (outcome: ViewOutcome) => W): Promise<View> {
    let grant: (view: View) => void = () => {};
    let refuse: (reason: AlpcError) => void = () => {};
    const promise = new Promise<View>((resolve, reject) => {
      grant = resolve;
      refuse = reject;
    });
    this.#promised.set(promise, make({ grant, refuse }));
    return promise;
  }

  /** Serves those who wait, as far as there are views for them: to be called whenever that may have changed. */
  serve(): void {
    while (this.serveOldest());
  }

  /** False if nobody waits, or views have to come back first. */
  serveOldest(): boolean {
    const wish = this.oldest;
    if (wish === undefined) return false;
    let view: View | null;
    try {
      view = this.#allocate(wish);
    } catch (error) {
      if (!isAlpcError(error)) throw error;
      this.refuse(wish, error);
      return true;
    }
    if (view === null) return false;
    this.#wishes.delete(wish);
    wish.grant(view);
    return true;
  }

  /** Nothing happens if the wish has been answered. */
  refuse(wish: W, reason: AlpcError): void {
    if (this.#wishes.delete(wish)) wish.refuse(reason);
  }

  /** Nobody waits any more: the wish is refused as cancelled. Others can be served then. */
  withdraw(wish: W): void {
    this.refuse(wish, new AlpcError("CANCELLED", "nobody waits for the view any more"));
  }

  /** The same for whom a promise was made to. */
  withdrawPromise(view: Promise<View>): void {
    const wish = this.#promised.get(view);
    if (wish !== undefined) this.withdraw(wish);
  }

  /** The connection is closed. */
  clear(reason: AlpcError): void {
    for (const wish of [...this.#wishes]) this.refuse(wish, reason);
  }
}

/** Lines up for a view of `size` octets, where nothing else is to be known of a wish. */
export function lineUp(queue: ViewQueue<ViewWish>, size: number): Promise<View> {
  return queue.promise((outcome) => {
    const wish = { size, ...outcome };
    queue.add(wish);
    return wish;
  });
}
