import { AlpcError } from "./error.js";

/** A view of a port section: memory that both sides of a connection have mapped (ALPC_DATA_VIEW_ATTR). */
export interface View {
  /** Octets. A sender's view is at least as large as it asked for; a receiver's is as large as the sender said. */
  readonly size: number;
  /**
   * The memory. After release(), and after the port has closed, it is detached: length 0, never a stale mapping; but see
   * `isSealed`. Of a received view: read only by convention, and the peer may change it at any time unless `isSecured`.
   */
  readonly bytes: Uint8Array;
  /** True if the peer cannot write to this memory any more (SECURED_ACCESS). */
  readonly isSecured: boolean;
  /**
   * True if nobody can, ever: then `bytes` is the caller's for as long as it can be reached, whatever becomes of the view,
   * the connection and the other process. All views of the same memory that a connection received share it: what is
   * written to it stays in this process, but is seen through all of them.
   */
  readonly isSealed: boolean;
  /** Copies `source` to octet `at` of a view to be sent; cheaper than writing through `bytes`. Throws AlpcError INVALID_PARAMETER beyond the view. */
  fill(source: Uint8Array, at: number): void;
  /** Copies the first octets to `target`, as many as it holds. Throws AlpcError INVALID_PARAMETER beyond the view, PORT_DISCONNECTED after release(). */
  copyTo(target: Uint8Array): void;
  /** The first `length` octets in memory of the caller's own. Throws as copyTo. */
  copy(length: number): Buffer;
  /**
   * Of a view to be sent, asked before it is: settles when the other side has given the memory back, or the connection has
   * ended. Left out where the system does not tell.
   */
  returned?(): Promise<void>;
  /** Gives the memory back to the side that made it. Idempotent. */
  release(): void;
}

/** Throws AlpcError INVALID_PARAMETER unless octets up to `end` lie within a view of `size` octets. */
export function checkViewBounds(size: number, end: number): void {
  if (end >= 0 && end <= size) return;
  throw new AlpcError("INVALID_PARAMETER", `octets up to ${end} of a view of ${size}`);
}
