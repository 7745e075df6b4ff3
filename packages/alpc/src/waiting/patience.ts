/**
 * At most 2^9 - 1 chances to spin are skipped after spinning has not paid again and again: where two who call each other
 * have to share a processor, each vain attempt costs as much as ten calls.
 */
const MAX_BACK_OFF = 9;

/** Octets that a slow processor copies in a millisecond, and the most milliseconds that are waited for a copy. */
const COPIED = 4 * 1024 * 1024;
const LONGEST_COPY = 1;

/** Whether spinning pays on one connection: it is tried ever more rarely while it does not. */
export class Patience {
  #unpaid = 0;
  #skip = 0;
  #copyTime = 0;

  /** There is a chance to spin: whether to take it. */
  tries(): boolean {
    if (this.#skip === 0) return true;
    this.#skip--;
    return false;
  }

  /** A view of so many octets came or went: someone copies it now, or fills the next one. */
  handedOver(octets: number): void {
    this.#copyTime = Math.min(octets / COPIED, LONGEST_COPY);
  }

  /** Milliseconds to go on for, where it would be `usual` if nothing had to be copied. */
  limit(usual: number): number {
    return usual + this.#copyTime;
  }

  /** Something came while we span. */
  paid(): void {
    this.#unpaid = 0;
  }

  /** Nothing came in time. */
  failed(): void {
    this.#copyTime = 0;
    this.#skip = 2 ** this.#unpaid - 1;
    this.#unpaid = Math.min(this.#unpaid + 1, MAX_BACK_OFF);
  }
}
