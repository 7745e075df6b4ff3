/**
 * Stands in an object for a referent that is still to be read. Embedded pointers are deferred (C706 14.3.12.3): a structure is
 * read first and what its pointers point to after it, so for that short while the object is incomplete. Every reader
 * replaces each `pending` before it returns. This is the one place where the types are bent.
 */
export const pending: never = undefined as never;

/**
 * Stands for an array that is still to be read and whose element count was read with its structure (a hoisted or
 * sibling count). `countOfPending` gives the count back.
 */
export function pendingCount(count: number): never {
  return count as never;
}

/** The count that `pendingCount` put in an array's place. */
export function countOfPending(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
