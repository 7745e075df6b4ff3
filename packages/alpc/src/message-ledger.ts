import { OpenIds } from "./open-ids.js";
import { violation } from "./port-message.js";

/**
 * Which messages of one connection are still open, in both directions. Clients number their requests 1, 3, 5...,
 * servers 2, 4, 6..., so that an id says whose request it names.
 */
export class MessageLedger {
  readonly #parity: number;
  readonly #sent = new OpenIds();
  readonly #received = new OpenIds();
  #lastIssued: number;
  #hasWrapped = false;
  #hasCancelled = false;

  constructor(side: "client" | "server") {
    this.#parity = side === "client" ? 1 : 0;
    this.#lastIssued = side === "client" ? -1 : 0;
  }

  /** Requests of ours without an answer. */
  get sentCount(): number {
    return this.#sent.size;
  }

  /** A request of ours goes out: its id, from 1 to 2^32 - 1. */
  issue(): number {
    do {
      this.#lastIssued += 2;
      if (this.#lastIssued > 0xffff_ffff) {
        this.#lastIssued = 2 - this.#parity;
        this.#hasWrapped = true;
      }
    } while (this.#hasWrapped && this.#sent.has(this.#lastIssued));
    this.#sent.add(this.#lastIssued);
    return this.#lastIssued;
  }

  /** We withdraw a request: false if it is not open (any more). */
  withdraw(id: number): boolean {
    if (!this.#sent.delete(id)) return false;
    this.#hasCancelled = true;
    return true;
  }

  /** We answer a request: false if it is not open, since it was withdrawn or answered. */
  answer(id: number): boolean {
    return this.#received.delete(id);
  }

  /** The answer that was booked could not be sent: there can be another. */
  reopen(id: number): void {
    this.#received.add(id);
  }

  /** Whether a request of the other side is open: what it offers may be used. */
  isOpen(id: number): boolean {
    return this.#received.has(id);
  }

  /** A request arrived. Throws AlpcError INVALID_MESSAGE for an id that is no request's of the other side, or open already. */
  requestArrived(id: number): void {
    if (id === 0 || this.#isOurs(id)) throw violation(`a request with the id ${id}`);
    if (this.#received.has(id)) throw violation(`a second request with the id ${id}`);
    this.#received.add(id);
  }

  /** A reply arrived: false if it is too late. Throws AlpcError INVALID_MESSAGE for a reply to nothing. */
  replyArrived(id: number): boolean {
    if (this.#sent.delete(id)) return true;
    const wasIssued = this.#isOurs(id) && id !== 0 && (this.#hasWrapped || id <= this.#lastIssued);
    if (wasIssued && this.#hasCancelled) return false;
    throw violation(`a reply to ${id}, which is not open`);
  }

  /** CANCELED arrived: false if it is too late. It withdraws a request of the other side or answers one of ours. */
  cancelArrived(id: number): boolean {
    return this.#isOurs(id) ? this.replyArrived(id) : this.#received.delete(id);
  }

  #isOurs(id: number): boolean {
    return (id & 1) === this.#parity;
  }
}
