/**
 * Stands in an object for a referent that is still to be read. Embedded pointers are deferred (C706 14.3.12.3): a structure is
 * read first and what its pointers point to after it, so for that short while the object is incomplete. Every reader
 * replaces each `pending` before it returns. This is the one place where the types are bent.
 */
export const pending: never = undefined as never;
