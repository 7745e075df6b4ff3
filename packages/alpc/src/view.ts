/** A view of a port section: memory that both sides of a connection have mapped (ALPC_DATA_VIEW_ATTR). */
export interface View {
  /** Octets. A sender's view is at least as large as it asked for; a receiver's is as large as the sender said. */
  readonly size: number;
  /**
   * The memory. After release(), and after the port has closed, it is detached: length 0, never a stale mapping.
   * Of a received view: read only by convention, and the peer may change it at any time unless `isSecured`.
   */
  readonly bytes: Uint8Array;
  /** True if the peer cannot write to this memory any more (SECURED_ACCESS). */
  readonly isSecured: boolean;
  /** The first `length` octets, at most `size`, in memory that nobody else can reach: the caller's for good. Empty after release(). */
  copy(length: number): Buffer;
  /** Gives the memory back to the side that made it. Idempotent. */
  release(): void;
}
