import { AlpcError, isAlpcError } from "../error.js";
import type { PortLimits } from "../kernel.js";
import { violation } from "../port-message.js";
import type { BorrowedMessage } from "../received-message.js";
import { Backlog } from "./backlog.js";
import type { BatchListener, CompletionPort, EventSource } from "./completion-port.js";
import { sendFarewell, vanished } from "./farewell.js";
import { C, Errno, type LibC } from "./libc.js";
import { isTransient, type Outbox, type Outlet } from "./outbox.js";
import type { ReceiveBatch } from "./receive-batch.js";
import { systemError } from "./system-error.js";

/** What the connections of one thread share. */
export interface Machinery {
  readonly libc: LibC;
  readonly completion: CompletionPort;
  readonly batch: ReceiveBatch;
  readonly outbox: Outbox;
  readonly message: BorrowedMessage;
}

/** What a connection is being used for: waiting for the connect message, for its answer, or open. */
export interface Stage {
  readonly batchListener: BatchListener;
  /** A packet, with its credentials; it is borrowed until this returns. What this throws ends the connection. */
  onPacket(batch: ReceiveBatch, index: number): void;
  /** There will be no more packets; the descriptor is closed. Called once, never from within a call to the connection. */
  onEnd(reason: AlpcError | null): void;
}

/** Milliseconds until we try to send again when the system is short of memory, which no event tells the end of. */
const RETRY = 10;

/** One connected socket: receiving in shares, sending through the outbox, and its end. */
export class Connection implements EventSource, Outlet {
  readonly machinery: Machinery;
  readonly #limits: PortLimits;
  readonly #backlog = new Backlog();
  #fd: number;
  #stage: Stage;
  #interest: number = C.EPOLLIN;
  #stopped = false;
  #ended = false;
  #limitsReaders: boolean;
  #grace: NodeJS.Timeout | null = null;
  #retry: NodeJS.Timeout | null = null;
  firstQueued = -1;
  lastQueued = -1;

  /**
   * Takes the descriptor over, also if this throws. `limitsReaders`: whether a peer that does not read what it is sent is
   * not read from either, and closed after a while; only one side may do so, or both could wait for each other.
   */
  constructor(machinery: Machinery, fd: number, limits: PortLimits, limitsReaders: boolean, stage: Stage) {
    this.machinery = machinery;
    this.#fd = fd;
    this.#limits = limits;
    this.#limitsReaders = limitsReaders;
    this.#stage = stage;
    try {
      machinery.completion.add(fd, this, this.#interest);
    } catch (error) {
      machinery.libc.close(fd);
      this.#fd = -1;
      this.#ended = true;
      throw error;
    }
  }

  get fd(): number {
    return this.#fd;
  }

  get isEnded(): boolean {
    return this.#ended;
  }

  get isBlocked(): boolean {
    return this.#backlog.messages > 0;
  }

  get queuedMessages(): number {
    return this.#backlog.messages;
  }

  set stage(stage: Stage) {
    this.#stage = stage;
  }

  /** Stops or resumes receiving. */
  set paused(paused: boolean) {
    this.#stopped = paused;
    this.#updateInterest();
  }

  onEvents(events: number): number {
    if ((events & C.EPOLLOUT) !== 0) this.#resumeSending();
    if ((events & (C.EPOLLIN | C.EPOLLHUP | C.EPOLLERR)) === 0 || this.#fd < 0) return 0;
    // The peer is gone, so nothing is left to wait for: hear it out.
    if ((events & C.EPOLLHUP) !== 0 && (this.#interest & C.EPOLLIN) === 0) this.#hearOut();
    return this.#receive();
  }

  #receive(): number {
    const { batch } = this.machinery;
    const got = batch.receive(this.#fd, this.#limits.messagesPerTurn);
    if (got < 0) {
      // ECONNRESET is told once; messages that were sent before it may still come.
      if (got !== -Errno.ECONNRESET && !isTransient(-got))
        this.end(systemError(this.machinery.libc, "receiving", -got));
      return 0;
    }
    let messages = 0;
    for (let i = 0; i < got; i++) {
      if (this.#fd < 0) this.#discard(i);
      else if (batch.length(i) === 0 && batch.controlLength(i) === 0) this.end(vanished());
      else if (this.#handOn(i)) messages++;
      batch.rearm(i);
    }
    return messages;
  }

  #handOn(index: number): boolean {
    const { batch, completion } = this.machinery;
    try {
      if ((batch.flags(index) & (C.MSG_TRUNC | C.MSG_CTRUNC)) !== 0) {
        this.#discard(index);
        throw violation("a packet, or what came with it, is too long");
      }
      if (!batch.hasCredentials(index)) {
        this.#discard(index);
        throw violation("a packet without credentials");
      }
      completion.atBatchEnd(this.#stage.batchListener);
      this.#stage.onPacket(batch, index);
      return true;
    } catch (error) {
      this.hangUp(asAlpcError(error));
      return false;
    }
  }

  /** Closes what came with a packet that nobody will see. */
  #discard(index: number): void {
    const { batch, libc } = this.machinery;
    if (batch.hasDescriptors(index)) for (const fd of batch.descriptors(index)) libc.close(fd);
  }

  /** Ends the connection from our side: the peer is told why, if it listens. Idempotent. */
  hangUp(reason: AlpcError | null): void {
    if (this.#ended) return;
    sendFarewell(this.machinery.outbox, this, reason);
    this.end(reason);
  }

  /** Nothing more is read; then, once, `onEnd` from a job of its own. Queued output that fits is sent. Idempotent. */
  end(reason: AlpcError | null): void {
    if (this.#ended) return;
    this.#ended = true;
    const { completion, libc, outbox } = this.machinery;
    if (this.firstQueued >= 0) outbox.flush();
    if (this.#grace !== null) clearTimeout(this.#grace);
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#backlog.clear();
    completion.remove(this.#fd);
    libc.close(this.#fd);
    this.#fd = -1;
    process.nextTick(() => this.#stage.onEnd(reason));
  }

  keep(packet: Uint8Array): void {
    this.#backlog.push(packet);
    const tooMuch =
      this.#backlog.messages > this.#limits.maxQueuedMessages ||
      this.#backlog.bytes > this.#limits.maxQueuedBytes;
    if (tooMuch && this.#limitsReaders && this.#grace === null) {
      this.#grace = setTimeout(() => this.hangUp(slowReader(this.#limits)), this.#limits.slowReaderGrace);
    }
    this.#updateInterest();
  }

  onSendFailed(errno: number): void {
    // The peer is gone: what it has sent may still be read, and the end will be told after that.
    if (errno === Errno.EPIPE || errno === Errno.ECONNRESET) this.#hearOut();
    else this.end(systemError(this.machinery.libc, "sending", errno));
  }

  #resumeSending(): void {
    const errno = this.#backlog.drain(this.machinery.libc, this.#fd);
    if (errno !== 0 && !isTransient(errno)) {
      this.#backlog.clear();
      this.onSendFailed(errno);
      if (this.#ended) return;
    }
    if (errno !== 0 && errno !== Errno.EAGAIN && isTransient(errno)) {
      this.#retry ??= setTimeout(() => {
        this.#retry = null;
        this.#updateInterest();
      }, RETRY);
    }
    const { maxQueuedMessages, maxQueuedBytes } = this.#limits;
    const caughtUp =
      this.#backlog.messages <= maxQueuedMessages / 2 && this.#backlog.bytes <= maxQueuedBytes / 2;
    if (this.#grace !== null && caughtUp) {
      clearTimeout(this.#grace);
      this.#grace = null;
    }
    this.#updateInterest();
  }

  #hearOut(): void {
    this.#backlog.clear();
    if (this.#grace !== null) clearTimeout(this.#grace);
    this.#grace = null;
    this.#stopped = false;
    this.#updateInterest();
  }

  #updateInterest(): void {
    if (this.#fd < 0) return;
    const reads = !this.#stopped && this.#grace === null;
    const writes = this.isBlocked && this.#retry === null;
    const interest = (reads ? C.EPOLLIN : 0) | (writes ? C.EPOLLOUT : 0);
    if (interest === this.#interest) return;
    this.#interest = interest;
    this.machinery.completion.modify(this.#fd, interest);
  }
}

function slowReader(limits: PortLimits): AlpcError {
  return new AlpcError(
    "QUOTA_EXCEEDED",
    `the peer left more than ${limits.maxQueuedMessages} messages or ${limits.maxQueuedBytes} octets unread for ${limits.slowReaderGrace} ms`,
  );
}

function asAlpcError(error: unknown): AlpcError {
  return isAlpcError(error)
    ? error
    : new AlpcError("UNSUCCESSFUL", "a message could not be handled", { cause: error });
}
