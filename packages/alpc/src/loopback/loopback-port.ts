import type { Token } from "@ncalrpc/security";
import { copyOctets } from "../copy-octets.js";
import type { DataEntry } from "../data-information.js";
import { AlpcError, isAlpcError, NtStatus } from "../error.js";
import type { CommunicationPort, PortHandler } from "../kernel.js";
import { MessageType, PORT_MESSAGE_SIZE, type SendAttributes } from "../message.js";
import { MessageLedger } from "../message-ledger.js";
import { largestView } from "../port-limits.js";
import { noDataEntries, noHandles } from "../received-message.js";
import { SealedView } from "../sealed-view.js";
import { systemMemory } from "../system-memory.js";
import type { View } from "../view.js";
import { duplicateHandles } from "./loopback-handles.js";
import type { LoopbackHub } from "./loopback-hub.js";
import { LoopbackMemory } from "./loopback-memory.js";
import { checkLoopbackMessage, type LoopbackPacket, type LoopbackPortOptions } from "./loopback-packet.js";
import { sealedView } from "./loopback-sealed-view.js";
import { LoopbackViews } from "./loopback-views.js";

let lastId = 0;

/** One side of a connection within the process. */
export class LoopbackPort implements CommunicationPort {
  readonly id = ++lastId;
  readonly token: Token;
  readonly payload: Uint8Array;
  readonly maxPayload: number;
  readonly maxViewSize: number;
  readonly allowsDirectMemory: boolean;
  readonly #hub: LoopbackHub;
  readonly #handler: PortHandler;
  readonly #options: LoopbackPortOptions;
  readonly #ledger: MessageLedger;
  readonly #memory = new LoopbackMemory();
  readonly #views: LoopbackViews;
  #inbox: LoopbackPacket[] = [];
  #inboxBytes = 0;
  #peer: LoopbackPort | null = null;
  #sent = 0;
  #lastDue = 0;
  #isClosed = false;
  #closing: { readonly reason: AlpcError | null } | null = null;
  #grace: NodeJS.Timeout | null = null;

  constructor(hub: LoopbackHub, handler: PortHandler, options: LoopbackPortOptions) {
    this.#hub = hub;
    this.#handler = handler;
    this.#options = options;
    this.#ledger = new MessageLedger(options.side);
    this.token = options.peerIdentity.token;
    this.payload = options.payload;
    this.maxPayload = options.limits.maxMessageLength - PORT_MESSAGE_SIZE;
    this.maxViewSize = largestView(options.limits);
    this.#views = new LoopbackViews(this.maxViewSize, options.quota);
    this.allowsDirectMemory = options.allowsDirectMemory;
  }

  /** Makes the two ends of a connection. */
  static join(a: LoopbackPort, b: LoopbackPort): void {
    a.#peer = b;
    b.#peer = a;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get queuedMessages(): number {
    return this.#peer === null ? 0 : this.#peer.#inbox.length;
  }

  send(
    type: MessageType,
    bytes: Buffer,
    length: number,
    messageId: number,
    callbackId: number,
    attributes?: SendAttributes,
  ): number {
    const peer = this.#openPeer();
    checkLoopbackMessage(this.#options, bytes, length, attributes);
    const message = {
      side: this.#options.side,
      number: ++this.#sent,
      type,
      length: length - PORT_MESSAGE_SIZE,
    };
    const { faults } = this.#hub;
    const failure = faults.failSend?.(message) ?? null;
    if (failure !== null) throw new AlpcError(failure, `injected: ${failure}`);
    if (faults.breakAt?.(message)) {
      this.#break();
      return messageId;
    }
    const handles = attributes?.handles?.length ? duplicateHandles(attributes.handles) : noHandles;
    const isAnswer = type === MessageType.REPLY || type === MessageType.CANCELED;
    if (isAnswer && !this.#ledger.answer(messageId)) {
      attributes?.view?.release();
      for (const handle of handles) handle.close();
      return messageId;
    }
    let view: View | null;
    try {
      view = this.#handOver(attributes?.view, peer);
    } catch (error) {
      for (const handle of handles) handle.close();
      if (isAnswer) this.#ledger.reopen(messageId);
      throw error;
    }
    const id = type === MessageType.REQUEST ? this.#ledger.issue() : messageId;
    const copy = Buffer.allocUnsafeSlow(length - PORT_MESSAGE_SIZE);
    copyOctets(bytes, PORT_MESSAGE_SIZE, length, copy, 0);
    this.#lastDue = Math.max(this.#lastDue, performance.now() + (faults.delay?.(message) ?? 0));
    peer.#enqueue({
      type,
      id,
      callbackId,
      bytes: copy,
      view,
      handles,
      dataEntries: attributes?.dataEntries?.length
        ? this.#memory.offer(id, attributes.dataEntries)
        : noDataEntries,
      due: this.#lastDue,
    });
    return id;
  }

  cancel(messageId: number): void {
    if (this.#isClosed || this.#peer === null || !this.#ledger.withdraw(messageId)) return;
    this.#memory.withdraw(messageId);
    this.#peer.#enqueue({
      type: MessageType.CANCELED,
      id: messageId,
      callbackId: 0,
      bytes: Buffer.alloc(0),
      view: null,
      handles: noHandles,
      dataEntries: noDataEntries,
      due: this.#lastDue,
    });
  }

  allocateView(size: number, waits = true): View | Promise<View> {
    this.#openPeer();
    return this.#views.allocate(size, waits);
  }

  withdrawView(view: Promise<View>): void {
    this.#views.withdraw(view);
  }

  sealedView(bytes: Uint8Array): View | null {
    this.#openPeer();
    const memory = systemMemory?.sealedMemoryOf(bytes) ?? null;
    return memory === null ? null : sealedView(this, memory, bytes);
  }

  async readPeerMemory(entry: DataEntry, target: Buffer): Promise<void> {
    const source = this.#peerMemory(entry, target);
    await Promise.resolve();
    source.copy(target);
  }

  async writePeerMemory(entry: DataEntry, source: Buffer): Promise<void> {
    const target = this.#peerMemory(entry, source);
    await Promise.resolve();
    source.copy(target);
  }

  close(): void {
    if (this.#isClosed) return;
    const peer = this.#peer;
    this.#end(null);
    // What was sent before is still handed on.
    if (peer !== null) peer.#endAfterInbox(null);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Closes because the other side broke a rule, which it is told. */
  hangUp(reason: AlpcError): void {
    const peer = this.#peer;
    this.#end(reason);
    if (peer !== null)
      peer.#endAfterInbox(
        new AlpcError(reason.status, `the other side closed the connection: ${reason.status}`),
      );
  }

  /** Hands on this turn's share of what has arrived. */
  deliver(): void {
    const { messagesPerTurn } = this.#options.limits;
    for (let i = 0; i < messagesPerTurn && !this.#isClosed && !this.#holdsBack(); i++) {
      const packet = this.#inbox[0];
      if (packet === undefined) break;
      const wait = packet.due - performance.now();
      if (wait > 0) {
        setTimeout(() => this.#hub.markReady(this), wait);
        return;
      }
      this.#inbox.shift();
      this.#inboxBytes -= packet.bytes.length;
      this.#handOn(packet);
    }
    if (this.#isClosed) return;
    if (this.#inbox.length > 0) {
      // Held back: `#onInboxDrained` goes on.
      if (!this.#holdsBack()) this.#hub.markReady(this);
    } else if (this.#closing !== null) this.#end(this.#closing.reason);
    if (this.#peer !== null) this.#peer.#onInboxDrained();
  }

  #handOn(packet: LoopbackPacket): void {
    const { message } = this.#hub;
    let isTaken = false;
    try {
      message.token = this.#options.peerIdentity.check();
      if (packet.type === MessageType.REQUEST) this.#ledger.requestArrived(packet.id);
      else if (!this.#isWanted(packet)) {
        discard(packet);
        return;
      }
      message.type = packet.type;
      message.messageId = packet.id;
      message.callbackId = packet.callbackId;
      message.buffer = packet.bytes;
      message.start = 0;
      message.length = packet.bytes.length;
      message.view = packet.view;
      message.handles = packet.handles;
      message.dataEntries = packet.dataEntries;
      this.#hub.atBatchEnd(this.#handler);
      isTaken = true;
      this.#handler.onMessage(this, message);
    } catch (error) {
      if (!isTaken) discard(packet);
      this.hangUp(
        isAlpcError(error)
          ? error
          : new AlpcError("UNSUCCESSFUL", "a message could not be handled", { cause: error }),
      );
    }
  }

  #isWanted({ type, id }: LoopbackPacket): boolean {
    if (type === MessageType.REPLY) this.#memory.withdraw(id);
    if (type === MessageType.REPLY) return this.#ledger.replyArrived(id);
    return type !== MessageType.CANCELED || this.#ledger.cancelArrived(id);
  }

  #enqueue(packet: LoopbackPacket): void {
    this.#inbox.push(packet);
    this.#inboxBytes += packet.bytes.length;
    this.#hub.markReady(this);
  }

  /** The server stops reading from who does not read what it is sent. */
  #holdsBack(): boolean {
    const { side, limits } = this.#options;
    const peer = this.#peer;
    // Who is gone reads nothing any more.
    if (side !== "server" || peer === null || this.#closing !== null) return false;
    const tooMuch = peer.#inbox.length > limits.maxQueuedMessages || peer.#inboxBytes > limits.maxQueuedBytes;
    if (tooMuch) {
      this.#grace ??= setTimeout(
        () => this.hangUp(new AlpcError("QUOTA_EXCEEDED", "the peer left too much unread for too long")),
        limits.slowReaderGrace,
      );
    }
    return this.#grace !== null;
  }

  #onInboxDrained(): void {
    const { limits } = this.#options;
    const peer = this.#peer;
    if (this.#grace === null || peer === null) return;
    if (peer.#inbox.length > limits.maxQueuedMessages / 2 || peer.#inboxBytes > limits.maxQueuedBytes / 2)
      return;
    clearTimeout(this.#grace);
    this.#grace = null;
    this.#hub.markReady(this);
  }

  #handOver(view: View | undefined, peer: LoopbackPort): View | null {
    if (view === undefined || (view instanceof SealedView && view.owner === this)) return view ?? null;
    return this.#views.handOver(view, peer.#views);
  }

  #peerMemory(entry: DataEntry, local: Buffer): Buffer {
    const peer = this.#openPeer();
    if (this.#options.side !== "server" || !this.allowsDirectMemory) {
      throw new AlpcError("ACCESS_DENIED", "this port does not use its clients' memory");
    }
    return peer.#memory.find(entry, local.length);
  }

  #openPeer(): LoopbackPort {
    if (this.#isClosed || this.#peer === null)
      throw new AlpcError("PORT_DISCONNECTED", "the connection is closed");
    return this.#peer;
  }

  /** As if this side's process had died. */
  #break(): void {
    const peer = this.#peer;
    const reason = new AlpcError(
      "PORT_DISCONNECTED",
      `injected: the connection broke (${NtStatus.PORT_DISCONNECTED})`,
    );
    this.#end(reason);
    if (peer !== null) peer.#endAfterInbox(reason);
  }

  #endAfterInbox(reason: AlpcError | null): void {
    if (this.#isClosed || this.#closing !== null) return;
    this.#closing = { reason };
    this.#hub.markReady(this);
  }

  #end(reason: AlpcError | null): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#grace !== null) clearTimeout(this.#grace);
    for (const packet of this.#inbox) for (const handle of packet.handles) handle.close();
    this.#inbox = [];
    this.#memory.clear();
    this.#views.close();
    this.#hub.post(() => {
      this.#options.onGone?.();
      this.#handler.onClosed(this, reason);
    });
  }
}

/** Gives back what came with a message that nobody gets. */
function discard({ view, handles }: LoopbackPacket): void {
  view?.release();
  for (const handle of handles) handle.close();
}
