import { AlpcError } from "../error.js";
import type { HandleKind, ReceivedHandle } from "../handle.js";

/** A descriptor that came with a message. Close-on-exec; closed in another thread, since closing can wait (SO_LINGER, FUSE). */
export class LinuxHandle implements ReceivedHandle {
  readonly kind: HandleKind;
  readonly #closeLater: (fd: number) => void;
  #fd: number | null;

  constructor(fd: number, kind: HandleKind, closeLater: (fd: number) => void) {
    this.#fd = fd;
    this.kind = kind;
    this.#closeLater = closeLater;
  }

  /** Throws AlpcError INVALID_PARAMETER after take() or close(). */
  get fd(): number {
    if (this.#fd === null) throw new AlpcError("INVALID_PARAMETER", "the handle has been taken or closed");
    return this.#fd;
  }

  /** The caller's close can wait as long as the sender arranged: close what may be a stranger's socket elsewhere than on the event loop. */
  take(): number {
    const { fd } = this;
    this.#fd = null;
    return fd;
  }

  close(): void {
    if (this.#fd === null) return;
    this.#closeLater(this.#fd);
    this.#fd = null;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
