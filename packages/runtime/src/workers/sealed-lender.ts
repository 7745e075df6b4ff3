import { endLoan, lendSealed, type SealedLoan } from "@ncalrpc/alpc";
import type { ControlMessage } from "./control-message.js";

/** A part of sealed memory, by the id that its worker has given it. */
export interface SealedPart {
  readonly id: number;
  readonly offset: number;
  readonly length: number;
}

/** The sealed memory of a worker that its answers have to do with: the server's own thread is told of it once, and of its end. */
export class SealedLender {
  readonly #say: (message: ControlMessage) => void;
  readonly #ids = new WeakMap<ArrayBufferLike, number>();
  /** Until the server's thread has taken them. */
  readonly #loans = new Map<number, SealedLoan>();
  #lastId = 0;

  constructor(say: (message: ControlMessage) => void) {
    this.#say = say;
  }

  /** How answers name an array; null if it is an ordinary one, or the system cannot lend any more: then it is copied. */
  partOf(bytes: Uint8Array): SealedPart | null {
    const { buffer, byteOffset: offset, length } = bytes;
    const id = this.#ids.get(buffer) ?? this.#lend(bytes);
    return id === null ? null : { id, offset, length };
  }

  onTaken(id: number): void {
    const loan = this.#loans.get(id);
    if (loan !== undefined) {
      this.#loans.delete(id);
      endLoan(loan);
    }
  }

  #lend(bytes: Uint8Array): number | null {
    const id = this.#lastId + 1;
    const say = this.#say;
    const loan = tryToLend(bytes, () => say({ kind: "unsealed", id }));
    if (loan === null) {
      return null;
    }
    this.#lastId = id;
    this.#ids.set(bytes.buffer, id);
    this.#loans.set(id, loan);
    say({ kind: "sealed", id, loan });
    return id;
  }
}

function tryToLend(bytes: Uint8Array, onGone: () => void): SealedLoan | null {
  try {
    return lendSealed(bytes, onGone);
  } catch {
    return null;
  }
}
