import type { AlpcError } from "../error.js";
import { MAX_MESSAGE_LENGTH } from "../message.js";
import { MAX_ATTRIBUTES_LENGTH } from "../message-attributes.js";
import { align8, violation } from "../port-message.js";
import { asAlpcError } from "./as-alpc-error.js";
import { closeConnection } from "./close-socket.js";
import type { CompletionList, ListOwner } from "./completion-list/completion-list.js";
import type { ListAgreement } from "./completion-list/list-agreement.js";
import type { EventSource } from "./completion-port.js";
import { ConnectionOutput, type OutputOwner } from "./connection-output.js";
import { sendFarewell, vanished } from "./farewell.js";
import { fromHandlePacket } from "./handle-packet.js";
import { createHandleReceiver, type HandlePacket, type HandleReceiver } from "./handle-receiver.js";
import type { InboundPacket } from "./inbound-packet.js";
import { C, Errno } from "./libc.js";
import type { Machinery } from "./machinery.js";
import { isTransient } from "./outbox.js";
import type { Stage } from "./stage.js";
import { systemError } from "./system-error.js";
import type { UnsentOptions } from "./unsent.js";

export interface ConnectionOptions extends UnsentOptions {
  /** Messages may carry handles: then another thread receives them. */
  readonly acceptsHandles: boolean;
}

/** One connected socket: receiving in shares, and its end. */
export class Connection implements EventSource, OutputOwner, ListOwner {
  readonly machinery: Machinery;
  readonly output: ConnectionOutput;
  readonly #options: UnsentOptions;
  readonly #receiver: HandleReceiver | null;
  #stage: Stage;
  #interest = 0;
  /** Messages that the next turn is likely to find. */
  #expected = 1;
  #isWatched = false;
  #isPaused = false;
  #wasReading = true;
  #isHearingOut = false;
  #isEnded = false;
  /** Set by who makes a port of the connection, if both sides use completion lists. */
  agreement: ListAgreement | null = null;

  /** Takes the descriptor over, also if this throws. */
  constructor(machinery: Machinery, fd: number, options: ConnectionOptions, stage: Stage) {
    this.machinery = machinery;
    this.output = new ConnectionOutput(machinery, fd, this, options);
    this.#options = options;
    this.#stage = stage;
    this.#receiver = options.acceptsHandles ? this.#receiveElsewhere(fd) : null;
    if (this.#receiver !== null) return;
    try {
      this.#watch(C.EPOLLIN);
    } catch (error) {
      closeConnection(machinery.libc, fd);
      this.output.fd = -1;
      this.#isEnded = true;
      throw error;
    }
  }

  get fd(): number {
    return this.output.fd;
  }

  /** Its completion list, while it has one. */
  get list(): CompletionList | null {
    return this.output.list;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  get messagesPerTurn(): number {
    return this.#options.limits.messagesPerTurn;
  }

  get isReading(): boolean {
    return !this.#isPaused && !this.output.isOverdue && !this.#isEnded;
  }

  get isListening(): boolean {
    return this.isReading && !this.#isHearingOut;
  }

  set stage(stage: Stage) {
    this.#stage = stage;
  }

  /** Stops or resumes receiving. */
  set paused(paused: boolean) {
    this.#isPaused = paused;
    this.#updateInterest();
  }

  onEvents(events: number): number {
    if ((events & C.EPOLLOUT) !== 0) this.output.resume();
    if ((events & (C.EPOLLIN | C.EPOLLHUP | C.EPOLLERR)) === 0 || this.fd < 0) return 0;
    // The peer is gone, so nothing is left to wait for, whatever has kept us from reading.
    if ((events & C.EPOLLHUP) !== 0 && (this.#interest & C.EPOLLIN) === 0) this.#hearOut();
    if (this.#isHearingOut) return 0;
    const messages = this.#receiver === null ? this.#receive() : 0;
    this.#noteTraffic(messages);
    return messages + this.pollList();
  }

  /** A connection that has none yet may be worth a list. */
  #noteTraffic(messages: number): void {
    if (this.list === null && messages > 0 && !this.#isEnded) this.agreement?.onTraffic(messages);
  }

  /** Takes what is in the list, after something has come over the socket: it may have been the doorbell. */
  pollList(): number {
    const { list } = this;
    if (list === null || !list.isOpen) return 0;
    const messages = list.poll();
    if (this.list === list) this.machinery.completion.poller.afterPoll(list, messages);
    return messages;
  }

  readSocket(): number {
    return this.#receiver === null && this.fd >= 0 ? this.#receive() : 0;
  }

  #receive(): number {
    const { batch } = this.machinery;
    const asked = this.#expected;
    const got = batch.receive(this.fd, asked);
    // Asking for more than there is costs a try that fails; asking for less costs another turn.
    this.#expected = got < asked ? Math.max(got, 1) : Math.min(asked * 4, this.messagesPerTurn);
    if (got < 0) {
      // ECONNRESET is told once; messages that were sent before it may still come.
      if (got !== -Errno.ECONNRESET && !isTransient(-got)) {
        this.end(systemError(this.machinery.libc, "receiving", -got));
      }
      return 0;
    }
    let messages = 0;
    for (let i = 0; i < got; i++) {
      if (this.fd >= 0 && batch.length(i) === 0 && batch.controlLength(i) === 0) this.#onVanished();
      else if (this.#handOn(batch.packet(i), batch.fault(i))) messages++;
      batch.rearm(i);
    }
    return messages;
  }

  /** Whether the packet was handed on. */
  #handOn(packet: InboundPacket, fault: string | null): boolean {
    if (this.fd < 0) {
      packet.discard();
      return false;
    }
    try {
      if (fault !== null) throw violation(fault);
      const passage = this.list?.admit(packet) ?? "now";
      if (passage !== "now") return passage === "later";
    } catch (error) {
      packet.discard();
      this.onBroken(error);
      return false;
    }
    return this.onListed(packet);
  }

  onListed(packet: InboundPacket): boolean {
    try {
      this.#stage.onPacket(packet);
      if (packet.hasHandles) throw violation("a message with handles that it does not speak of");
      return true;
    } catch (error) {
      packet.discard();
      this.onBroken(error);
      return false;
    }
  }

  onBroken(error: unknown): void {
    this.hangUp(asAlpcError(error));
  }

  /** The end of what comes over the socket, told as often as we ask. What is in the list was sent before it. */
  #onVanished(): void {
    if (this.#isHearingOut) return;
    if (this.list === null || this.list.isDrained) this.end(vanished());
    else this.#hearOut();
  }

  /** Tells the listener of what is handed on that the batch ends. */
  noteBatch(): void {
    const { batchListener } = this.#stage;
    if (batchListener.onBatchEnd !== undefined) this.machinery.completion.atBatchEnd(batchListener);
  }

  #receiveElsewhere(fd: number): HandleReceiver {
    const { maxHandlesPerMessage, messagesPerTurn } = this.#options.limits;
    let messages = 0;
    const sink = {
      onPacket: (packet: HandlePacket) => {
        if (this.#handOn(...fromHandlePacket(packet))) messages++;
      },
      onBatchEnd: () => {
        this.#noteTraffic(messages);
        messages = 0;
        this.pollList();
        this.machinery.completion.endBatch();
      },
      onEnd: (reason: AlpcError | null) => {
        if (reason === null) this.#onVanished();
        else this.hangUp(reason);
      },
    };
    return createHandleReceiver(fd, sink, {
      maxPacketLength: align8(MAX_MESSAGE_LENGTH) + MAX_ATTRIBUTES_LENGTH,
      maxHandlesPerMessage,
      packetsPerTurn: messagesPerTurn,
    });
  }

  /** Ends the connection from our side: the peer is told why, if it listens. Idempotent. */
  hangUp(reason: AlpcError | null): void {
    if (this.#isEnded) return;
    sendFarewell(this.machinery.outbox, this.output, reason);
    this.end(reason);
  }

  /** Nothing more is read; then, once, `onEnd` from a job of its own. Queued output that fits is sent. Idempotent. */
  end(reason: AlpcError | null): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const { completion, libc } = this.machinery;
    const { fd, output } = this;
    output.flush();
    this.agreement?.close();
    output.list = null;
    output.mute();
    completion.remove(fd);
    if (this.#receiver === null) closeConnection(libc, fd);
    else {
      // The descriptor stays open until the other thread lets go of it; the peer shall not have to wait.
      libc.shutdown(fd, C.SHUT_RDWR);
      this.#receiver.close();
    }
    output.fd = -1;
    process.nextTick(() => this.#stage.onEnd(reason));
  }

  onUnsentChanged(): void {
    this.#updateInterest();
  }

  onSendFailed(errno: number): void {
    // The peer is gone: what it has sent may still be read, and the end will be told after that.
    if (errno === Errno.EPIPE || errno === Errno.ECONNRESET) this.#hearOut();
    else this.end(systemError(this.machinery.libc, "sending", errno));
  }

  /** The peer takes nothing any more: reads what it has sent before, however much that is, and ends. */
  #hearOut(): void {
    if (this.#isHearingOut) return;
    this.#isHearingOut = true;
    if (this.list !== null) this.machinery.completion.poller.disregard(this.list);
    this.output.mute();
    this.#isPaused = false;
    this.#hearLater();
  }

  #hearLater(): void {
    setImmediate(() => this.#hearMore());
  }

  #hearMore(): void {
    if (this.fd < 0) return;
    const { completion } = this.machinery;
    completion.beginBatch();
    const isOver = this.#hear() === 0;
    completion.endBatch();
    if (isOver) this.end(vanished());
    else this.#hearLater();
  }

  #hear(): number {
    const listed = this.list?.poll() ?? 0;
    return listed > 0 ? listed : this.readSocket();
  }

  /** Takes what has come by now, for who does not wait for a turn: how many messages. Between beginBatch and endBatch. */
  takeNow(events: number): number {
    return this.#isHearingOut ? this.#hear() : this.onEvents(events);
  }

  #updateInterest(): void {
    if (this.fd < 0 || this.#isHearingOut) return;
    const reads = this.isReading;
    // What has come into the list meanwhile is not announced again.
    const { poller } = this.machinery.completion;
    if (reads !== this.#wasReading && this.list !== null) {
      if (reads) poller.attend(this.list);
      else poller.disregard(this.list);
    }
    this.#wasReading = reads;
    const writes = this.output.wantsRoom;
    if (this.#receiver !== null) {
      if (reads) this.#receiver.resume();
      else this.#receiver.pause();
    }
    const here = reads && this.#receiver === null;
    try {
      this.#watch((here ? C.EPOLLIN : 0) | (writes ? C.EPOLLOUT : 0));
    } catch (error) {
      this.end(asAlpcError(error));
    }
  }

  /** A connection that another thread receives for is watched here only while it waits for room to send. */
  #watch(interest: number): void {
    const { completion, libc } = this.machinery;
    const watched = this.#receiver === null || interest !== 0;
    if (watched && !this.#isWatched) completion.add(this.fd, this, interest);
    else if (!watched && this.#isWatched) completion.remove(this.fd);
    else if (interest !== this.#interest && !completion.modify(this.fd, interest)) {
      throw systemError(libc, "watching a connection");
    }
    this.#isWatched = watched;
    this.#interest = interest;
  }
}
