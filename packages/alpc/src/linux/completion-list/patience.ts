/** At most 2^5 - 1 chances to spin are skipped after spinning has not paid. */
const MAX_BACK_OFF = 5;

/** Whether spinning pays on one connection: it is tried ever more rarely while it does not. */
export class Patience {
  #unpaid = 0;
  #skip = 0;

  /** There is a chance to spin: whether to take it. */
  tries(): boolean {
    if (this.#skip === 0) return true;
    this.#skip--;
    return false;
  }

  /** Something came while we span. */
  paid(): void {
    this.#unpaid = 0;
  }

  /** Nothing came in time. */
  failed(): void {
    this.#unpaid = Math.min(this.#unpaid + 1, MAX_BACK_OFF);
    this.#skip = 2 ** this.#unpaid - 1;
  }
}
