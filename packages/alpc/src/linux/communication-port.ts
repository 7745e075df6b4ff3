import type { Token } from "@ncalrpc/security";
import { copyOctets } from "../copy-octets.js";
import type { DataEntry } from "../data-information.js";
import { AlpcError } from "../error.js";
import type { CommunicationPort, PortHandler } from "../kernel.js";
import { MessageType, PORT_MESSAGE_SIZE, type SendAttributes } from "../message.js";
import { MessageLedger } from "../message-ledger.js";
import { portMessage, portMessageFault, violation, writePortMessage } from "../port-message.js";
import type { View } from "../view.js";
import type { Connection, Stage } from "./connection.js";
import { closedByPeer } from "./farewell.js";
import type { ReceiveBatch } from "./receive-batch.js";
import type { SenderIdentity } from "./sender-identity.js";

/** What the two sides agreed on when the connection was made. */
export interface PortTerms {
  readonly side: "client" | "server";
  /** What the other side said: the connect message, or the answer to it. */
  readonly payload: Uint8Array;
  readonly maxMessageLength: number;
  readonly maxViewSize: number;
  readonly allowsDirectMemory: boolean;
  readonly acceptsHandles: boolean;
}

let lastId = 0;

/** One side of a connection, over a socket. */
export class LinuxCommunicationPort implements CommunicationPort, Stage {
  readonly id = ++lastId;
  readonly token: Token;
  readonly payload: Uint8Array;
  readonly maxPayload: number;
  readonly maxViewSize: number;
  readonly allowsDirectMemory: boolean;
  readonly #connection: Connection;
  readonly #identity: SenderIdentity;
  readonly #handler: PortHandler;
  readonly #ledger: MessageLedger;
  readonly #maxMessageLength: number;
  #onGone: (() => void) | null;
  #isClosed = false;

  /** Takes the connection over. `onGone` is called before the handler's onClosed. */
  constructor(
    connection: Connection,
    identity: SenderIdentity,
    handler: PortHandler,
    terms: PortTerms,
    onGone: (() => void) | null,
  ) {
    this.token = identity.token;
    this.payload = terms.payload;
    this.maxPayload = terms.maxMessageLength - PORT_MESSAGE_SIZE;
    this.maxViewSize = terms.maxViewSize;
    this.allowsDirectMemory = terms.allowsDirectMemory;
    this.#connection = connection;
    this.#identity = identity;
    this.#handler = handler;
    this.#ledger = new MessageLedger(terms.side);
    this.#maxMessageLength = terms.maxMessageLength;
    this.#onGone = onGone;
    this.#isClosed = connection.isEnded;
    connection.stage = this;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get queuedMessages(): number {
    return this.#connection.queuedMessages;
  }

  get batchListener(): PortHandler {
    return this.#handler;
  }

  send(
    type: MessageType,
    bytes: Buffer,
    length: number,
    messageId: number,
    callbackId: number,
    _attributes?: SendAttributes,
  ): number {
    this.#checkOpen();
    if (length > this.#maxMessageLength) {
      throw new AlpcError(
        "PORT_MESSAGE_TOO_LONG",
        `a message of ${length} octets; this port carries up to ${this.#maxMessageLength}, larger data goes into a view`,
      );
    }
    if (length < PORT_MESSAGE_SIZE || length > bytes.length) {
      throw new AlpcError(
        "INVALID_PARAMETER",
        `a message of ${length} octets in a buffer of ${bytes.length}`,
      );
    }
    let id = messageId;
    if (type === MessageType.REQUEST) id = this.#ledger.issue();
    else if (type !== MessageType.DATAGRAM && !this.#ledger.answer(id)) return id;
    const { outbox, completion } = this.#connection.machinery;
    const at = outbox.reserve(length);
    writePortMessage(outbox.words, at, type, length - PORT_MESSAGE_SIZE, id, callbackId);
    copyOctets(bytes, PORT_MESSAGE_SIZE, length, outbox.slab, at + PORT_MESSAGE_SIZE);
    outbox.commit(this.#connection, length);
    if (!completion.inTurn) outbox.scheduleFlush();
    return id;
  }

  cancel(messageId: number): void {
    if (this.#isClosed || !this.#ledger.withdraw(messageId)) return;
    this.#sendEmpty(MessageType.CANCELED, messageId);
  }

  allocateView(_size: number): View | Promise<View> {
    throw new AlpcError("NOT_SUPPORTED", "this connection has no views");
  }

  readPeerMemory(_entry: DataEntry, _target: Buffer): Promise<void> {
    return Promise.reject(new AlpcError("ACCESS_DENIED", "this port does not use its clients' memory"));
  }

  writePeerMemory(_entry: DataEntry, _source: Buffer): Promise<void> {
    return Promise.reject(new AlpcError("ACCESS_DENIED", "this port does not use its clients' memory"));
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#connection.hangUp(null);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  onPacket(batch: ReceiveBatch, index: number): void {
    const token = this.#identity.check(batch.pid(index), batch.uid(index), batch.gid(index));
    const { words } = batch;
    const at = batch.start(index);
    const length = batch.length(index);
    const fault = portMessageFault(words, at, length, this.#maxMessageLength);
    if (fault !== null) throw violation(fault);
    const type = portMessage.type(words, at);
    const id = portMessage.messageId(words, at);
    const total = portMessage.totalLength(words, at);
    if (length !== total || batch.hasDescriptors(index)) throw violation("attributes");
    switch (type) {
      case MessageType.REQUEST:
        this.#ledger.requestArrived(id);
        break;
      case MessageType.REPLY:
        if (!this.#ledger.replyArrived(id)) return;
        break;
      case MessageType.CANCELED:
        if (!this.#ledger.cancelArrived(id)) return;
        break;
      case MessageType.DATAGRAM:
        break;
      case MessageType.PORT_CLOSED:
        this.#isClosed = true;
        this.#connection.end(closedByPeer(batch, index));
        return;
      default:
        throw violation(`a message of type ${type}`);
    }
    const { message } = this.#connection.machinery;
    message.type = type;
    message.messageId = id;
    message.callbackId = portMessage.callbackId(words, at);
    message.start = at + PORT_MESSAGE_SIZE;
    message.length = total - PORT_MESSAGE_SIZE;
    message.token = token;
    this.#handler.onMessage(this, message);
  }

  onEnd(reason: AlpcError | null): void {
    this.#isClosed = true;
    this.#onGone?.();
    this.#onGone = null;
    this.#handler.onClosed(this, reason);
  }

  #sendEmpty(type: MessageType, id: number): void {
    const { outbox, completion } = this.#connection.machinery;
    writePortMessage(outbox.words, outbox.reserve(PORT_MESSAGE_SIZE), type, 0, id, 0);
    outbox.commit(this.#connection, PORT_MESSAGE_SIZE);
    if (!completion.inTurn) outbox.scheduleFlush();
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new AlpcError("PORT_DISCONNECTED", "the connection is closed");
  }
}
