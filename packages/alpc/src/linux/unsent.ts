import { AlpcError } from "../error.js";
import type { PortLimits } from "../kernel.js";
import { Backlog } from "./backlog.js";
import { Errno, type LibC } from "./libc.js";
import { isTransient } from "./outbox.js";

/** Whose output it is. */
export interface UnsentOwner {
  readonly isEnded: boolean;
  /** Whether there is something to send, or the peer is a slow reader, may have changed. */
  onUnsentChanged(): void;
  onSendFailed(errno: number): void;
  hangUp(reason: AlpcError): void;
}

export interface UnsentOptions {
  readonly limits: PortLimits;
  /**
   * Whether a peer that does not read what it is sent is not read from either, and closed after a while. Only one side
   * may do so, or both could wait for each other.
   */
  readonly limitsReaders: boolean;
}

/** Milliseconds until we try to send again when the system is short of memory, which no event tells the end of. */
const RETRY = 10;

/** What a connection could not send yet, and the patience with a peer that does not read. */
export class Unsent {
  readonly #owner: UnsentOwner;
  readonly #limits: PortLimits;
  readonly #limitsReaders: boolean;
  readonly #backlog: Backlog;
  #grace: NodeJS.Timeout | null = null;
  #retry: NodeJS.Timeout | null = null;

  constructor(libc: LibC, owner: UnsentOwner, { limits, limitsReaders }: UnsentOptions) {
    this.#owner = owner;
    this.#limits = limits;
    this.#limitsReaders = limitsReaders;
    this.#backlog = new Backlog(libc);
  }

  get messages(): number {
    return this.#backlog.messages;
  }

  /** The peer has left more unread than it may, and has some time left to catch up. */
  get isOverdue(): boolean {
    return this.#grace !== null;
  }

  /** Whether to wait for the system to take more. */
  get wantsRoom(): boolean {
    return this.#backlog.messages > 0 && this.#retry === null;
  }

  /** Copies the packet, and takes copies of descriptors that go with it over. */
  keep(packet: Uint8Array, fds: readonly number[] | null = null): void {
    this.#backlog.push(packet, fds);
    const { maxQueuedMessages, maxQueuedBytes, slowReaderGrace } = this.#limits;
    const tooMuch = this.#backlog.messages > maxQueuedMessages || this.#backlog.bytes > maxQueuedBytes;
    if (tooMuch && this.#limitsReaders && this.#grace === null) {
      this.#grace = setTimeout(() => this.#owner.hangUp(slowReader(this.#limits)), slowReaderGrace);
    }
    this.#owner.onUnsentChanged();
  }

  /** Sends what the system takes now. */
  send(fd: number): void {
    const errno = this.#backlog.drain(fd);
    if (errno !== 0 && !isTransient(errno)) {
      this.#backlog.clear();
      this.#owner.onSendFailed(errno);
      if (this.#owner.isEnded) return;
    } else if (errno !== 0 && errno !== Errno.EAGAIN) {
      this.#retry ??= setTimeout(() => {
        this.#retry = null;
        this.#owner.onUnsentChanged();
      }, RETRY);
    }
    const { maxQueuedMessages, maxQueuedBytes } = this.#limits;
    const caughtUp =
      this.#backlog.messages <= maxQueuedMessages / 2 && this.#backlog.bytes <= maxQueuedBytes / 2;
    if (caughtUp) this.#endGrace();
    this.#owner.onUnsentChanged();
  }

  /** Forgets everything. */
  clear(): void {
    this.#endGrace();
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    this.#backlog.clear();
  }

  #endGrace(): void {
    if (this.#grace !== null) clearTimeout(this.#grace);
    this.#grace = null;
  }
}

function slowReader({ maxQueuedMessages, maxQueuedBytes, slowReaderGrace }: PortLimits): AlpcError {
  return new AlpcError(
    "QUOTA_EXCEEDED",
    `the peer left more than ${maxQueuedMessages} messages or ${maxQueuedBytes} octets unread for ${slowReaderGrace} ms`,
  );
}
