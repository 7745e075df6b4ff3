import { releaseBytes, type SealedLoan, takeSealed } from "@ncalrpc/alpc";
import type { SealedPart } from "./sealed-lender.js";

/** The sealed memory of one worker, as the server's own thread has taken it to hand it on to clients. */
export class SealedBorrower {
  readonly #memories = new Map<number, Uint8Array>();

  /** Takes what the worker lends. Memory that cannot be had is missing from then on. */
  take(id: number, loan: SealedLoan): void {
    try {
      this.#memories.set(id, takeSealed(loan));
    } catch {
      // Answers that name it fail.
    }
  }

  /** The array that an answer names; null if the memory is missing. */
  part({ id, offset, length }: SealedPart): Uint8Array | null {
    return this.#memories.get(id)?.subarray(offset, offset + length) ?? null;
  }

  /** The worker has no use for the memory any more: it goes when the last client has let go of it. */
  release(id: number): void {
    const memory = this.#memories.get(id);
    if (memory !== undefined) {
      this.#memories.delete(id);
      releaseBytes(memory);
    }
  }

  /** The worker is no more. */
  clear(): void {
    for (const id of this.#memories.keys()) {
      this.release(id);
    }
  }
}
