import type { DataEntry } from "./data-information.js";

/** Milliseconds for which lent memory is kept after a connection has ended: a copy on the other side may still be running. */
const AFTERLIFE = 30_000;

/**
 * The memory that requests offer. Of ours: the buffers stay referenced until the other side can no longer touch them, even
 * if nobody else wants them any more, since it would write to whatever came to lie there. Of the other side's: which
 * request an entry belongs to.
 */
export class DataLoans {
  readonly #lent = new Map<number, readonly Buffer[]>();
  readonly #requests = new WeakMap<DataEntry, number>();
  readonly #borrowed = new Set<number>();
  readonly #copies = new Map<number, number>();

  /** A request of ours with these buffers goes out. */
  lend(requestId: number, buffers: readonly Buffer[]): void {
    this.#lent.set(requestId, buffers);
  }

  /** The other side no longer touches them: it has answered, or said so after a withdrawal. */
  returned(requestId: number): void {
    this.#lent.delete(requestId);
  }

  /** A request of the other side came with entries. */
  borrow(requestId: number, entries: readonly DataEntry[]): readonly DataEntry[] {
    for (const entry of entries) this.#requests.set(entry, requestId);
    this.#borrowed.add(requestId);
    return entries;
  }

  /** The request to which an entry belongs, null if it is none of this connection's. */
  requestOf(entry: DataEntry): number | null {
    return this.#requests.get(entry) ?? null;
  }

  /** Brackets a copy that uses a request's memory. */
  startCopy(requestId: number): void {
    this.#copies.set(requestId, (this.#copies.get(requestId) ?? 0) + 1);
  }

  /** Answers whether it was the last one. */
  endCopy(requestId: number): boolean {
    const left = (this.#copies.get(requestId) ?? 1) - 1;
    if (left > 0) this.#copies.set(requestId, left);
    else this.#copies.delete(requestId);
    return left === 0;
  }

  isCopying(requestId: number): boolean {
    return this.#copies.has(requestId);
  }

  /** A request of the other side is over. Answers whether it had offered memory. */
  end(requestId: number): boolean {
    return this.#borrowed.delete(requestId);
  }

  close(): void {
    this.#borrowed.clear();
    if (this.#lent.size === 0) return;
    setTimeout(() => this.#lent.clear(), AFTERLIFE).unref();
  }
}
