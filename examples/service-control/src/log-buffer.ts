const FIRST_SIZE = 64 * 1024;

/** The last octets that a service wrote. An offset counts from the first octet that it ever wrote. */
export class LogBuffer {
  readonly #capacity: number;
  /** Grows to the capacity; from then on it is a ring. The octet at offset `n` is at `n % length`. */
  #octets: Buffer;
  #end = 0;

  /** `capacity`: octets that are kept, at least 1. */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#octets = Buffer.allocUnsafeSlow(Math.min(capacity, FIRST_SIZE));
  }

  /** The offset of the first octet that is still here. */
  get start(): number {
    return Math.max(0, this.#end - this.#capacity);
  }

  /** Octets that were ever written. */
  get end(): number {
    return this.#end;
  }

  append(chunk: Buffer): void {
    this.#grow(this.#end + chunk.length);
    const kept = chunk.subarray(Math.max(0, chunk.length - this.#capacity));
    const at = (this.#end + chunk.length - kept.length) % this.#octets.length;
    const head = kept.subarray(0, this.#octets.length - at);
    this.#octets.set(head, at);
    this.#octets.set(kept.subarray(head.length), 0);
    this.#end += chunk.length;
  }

  /**
   * At most `maximum` octets from `offset` on, or from the first that is still here; a negative offset counts from the
   * end. `data` may be a window into the log: it is good until the next `append`.
   */
  read(offset: number, maximum: number): { start: number; data: Buffer } {
    const wanted = offset < 0 ? this.#end + offset : offset;
    const start = Math.min(Math.max(wanted, this.start), this.#end);
    const length = Math.min(maximum, this.#end - start);
    const at = start % this.#octets.length;
    const head = this.#octets.subarray(at, at + length);
    const data =
      head.length === length ? head : Buffer.concat([head, this.#octets.subarray(0, length - head.length)]);
    return { start, data };
  }

  #grow(needed: number): void {
    if (needed > this.#octets.length && this.#octets.length < this.#capacity) {
      const larger = Buffer.allocUnsafeSlow(
        Math.min(this.#capacity, Math.max(needed, 2 * this.#octets.length)),
      );
      larger.set(this.#octets.subarray(0, this.#end));
      this.#octets = larger;
    }
  }
}
