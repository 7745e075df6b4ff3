/** Of each signal that somebody waits for. */
const watches = new WeakMap<AbortSignal, AbortWatch>();

/**
 * Calls `onAbort` when `signal`, which has not aborted yet, does. Returns what ends that. A signal has one listener of
 * ours, however many calls share it: Node takes more than ten for a leak, and looks through all of them to remove one.
 */
export function watchAbort(signal: AbortSignal, onAbort: () => void): () => void {
  let watch = watches.get(signal);
  if (watch === undefined) {
    watch = new AbortWatch(signal);
    watches.set(signal, watch);
  }
  return watch.add(onAbort);
}

/** All that wait for one signal. */
class AbortWatch {
  readonly #signal: AbortSignal;
  readonly #waiting = new Set<() => void>();
  readonly #listener = (): void => this.#abort();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", this.#listener, { once: true });
  }

  add(onAbort: () => void): () => void {
    // A function of its own, so that the same one may wait twice.
    const entry = (): void => onAbort();
    this.#waiting.add(entry);
    return () => this.#remove(entry);
  }

  #remove(entry: () => void): void {
    if (this.#waiting.delete(entry) && this.#waiting.size === 0) {
      this.#signal.removeEventListener("abort", this.#listener);
      watches.delete(this.#signal);
    }
  }

  #abort(): void {
    for (const onAbort of this.#waiting) {
      try {
        onAbort();
      } catch (error) {
        // As of any listener: the others are told all the same.
        process.nextTick(() => {
          throw error;
        });
      }
    }
  }
}
