/** Wakes those who wait for the next event of one kind; any number may, each with a signal to give up by. */
export class Notifier {
  readonly #waiters = new Set<(error: unknown) => void>();
  #end: Error | null = null;

  /** Resolves at the next `notify`. Rejects with the signal's reason, or with the error that ended all waiting. */
  next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error: unknown): void => {
        this.#waiters.delete(settle);
        signal.removeEventListener("abort", onAbort);
        if (error === null) {
          resolve();
        } else {
          reject(error);
        }
      };
      const onAbort = (): void => settle(signal.reason);
      if (this.#end !== null || signal.aborted) {
        reject(this.#end ?? signal.reason);
        return;
      }
      this.#waiters.add(settle);
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  notify(): void {
    this.#settleAll(null);
  }

  /** Nobody can wait any more: those who do, and those who try to, get `error`. */
  end(error: Error): void {
    this.#end ??= error;
    this.#settleAll(error);
  }

  #settleAll(error: Error | null): void {
    for (const settle of [...this.#waiters]) {
      settle(error);
    }
  }
}
