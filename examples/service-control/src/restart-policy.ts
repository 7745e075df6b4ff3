/** What a service's configuration says about crashes. Times are milliseconds. */
export interface RestartSettings {
  /** Crashes in a row after which the service has failed. */
  readonly limit: number;
  /** Wait before the first restart; each further one in a row waits twice as long, up to `maxDelay`. */
  readonly delay: number;
  readonly maxDelay: number;
  /** A process that ran this long has recovered: the next crash is the first of a row again. */
  readonly resetAfter: number;
}

/** Decides, crash after crash, whether and when to restart. */
export class RestartPolicy {
  readonly #settings: RestartSettings;
  #crashes = 0;

  constructor(settings: RestartSettings) {
    this.#settings = settings;
  }

  /** Somebody started the service: earlier crashes are forgiven. */
  reset(): void {
    this.#crashes = 0;
  }

  /** Milliseconds to wait before the restart, or null to give up. `uptime`: how long the process ran. */
  onCrash(uptime: number): number | null {
    const { limit, delay, maxDelay, resetAfter } = this.#settings;
    if (uptime >= resetAfter) {
      this.#crashes = 0;
    }
    if (this.#crashes >= limit) {
      return null;
    }
    return Math.min(maxDelay, delay * 2 ** this.#crashes++);
  }
}
