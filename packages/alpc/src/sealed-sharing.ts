import { AlpcError } from "./error.js";
import { systemMemory } from "./system-memory.js";

/** Sealed memory as one thread tells another one of its process of it, which makes a descriptor of its own. */
export interface SealedLoan {
  readonly descriptor: number;
  /** What tells the memory from whatever else the number may stand for later. */
  readonly inode: bigint;
  readonly size: number;
}

/**
 * Lends the memory that a sealed array lies in to another thread of this process; null if it is an ordinary array. To be
 * ended by `endLoan` when the other thread has taken it. `onGone` is called once, when the memory is given back or
 * nobody has its array here any more; what others have taken stays. Throws AlpcError INSUFFICIENT_RESOURCES.
 */
export function lendSealed(bytes: Uint8Array, onGone: () => void): SealedLoan | null {
  return systemMemory?.lend(bytes, onGone) ?? null;
}

export function endLoan(loan: SealedLoan): void {
  systemMemory?.endLoan(loan);
}

/**
 * The whole memory that another thread lends, as one of sealBytes: the same octets, at the same offsets as there. Throws
 * AlpcError INSUFFICIENT_RESOURCES, also if the other thread has ended.
 */
export function takeSealed(loan: SealedLoan): Uint8Array {
  if (systemMemory === null) throw new AlpcError("NOT_SUPPORTED", "this system has no sealed memory");
  return systemMemory.take(loan);
}
