/**
 * What an object is. Linux has those up to `process` (an event is an eventfd, a process a pidfd), and calls the rest
 * `other`. On Windows what is no file, directory, pipe, socket or device has no descriptor: `fd` is the handle's value.
 */
export type HandleKind =
  | "file"
  | "directory"
  | "pipe"
  | "socket"
  | "device"
  | "section"
  | "event"
  | "process"
  | "semaphore"
  | "mutex"
  | "thread"
  | "token"
  | "job"
  | "reg_key"
  | "composition"
  | "other";

/** A handle that came with a message (ALPC HANDLE attribute). Owned by the receiver from then on. */
export interface ReceivedHandle extends Disposable {
  /** The object's kind, as the kernel reports it; never what the sender says. */
  readonly kind: HandleKind;
  /** The descriptor. The receiver still owns it. */
  readonly fd: number;
  /** Hands the descriptor over to the caller, who closes it. */
  take(): number;
  close(): void;
}
