/** Milliseconds after the last message. */
const HOT_TIME = 2;

/** Keeps the event loop from sleeping in epoll_wait while messages come and go. */
export class HotLoop {
  #until = 0;
  #spinning = false;

  /** Spin from now until some time after the last call of this. */
  stayHot(): void {
    this.#until = performance.now() + HOT_TIME;
    if (!this.#spinning) {
      this.#spinning = true;
      setImmediate(this.#spin);
    }
  }

  readonly #spin = (): void => {
    if (performance.now() < this.#until) {
      setImmediate(this.#spin);
    } else {
      this.#spinning = false;
    }
  };
}
