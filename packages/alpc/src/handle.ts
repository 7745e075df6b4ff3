/** A handle that came with a message (ALPC HANDLE attribute). Owned by the receiver from then on. */
export interface ReceivedHandle extends Disposable {
  /** The object's kind, as the kernel reports it; never what the sender says. */
  readonly kind: "file" | "directory" | "pipe" | "socket" | "section" | "device" | "other";
  /** The descriptor. The receiver still owns it. */
  readonly fd: number;
  /** Hands the descriptor over to the caller, who closes it. */
  take(): number;
  close(): void;
}
