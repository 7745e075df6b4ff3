import type { Token } from "@ncalrpc/security";
import type { DataEntry } from "../data-information.js";
import { AlpcError } from "../error.js";
import type { CommunicationPort, MessageRoom, PortHandler } from "../kernel.js";
import { MessageType, PORT_MESSAGE_SIZE, type SendAttributes } from "../message.js";
import { MessageLedger } from "../message-ledger.js";
import { ControlType, portMessage, portMessageFault, violation, writePortMessage } from "../port-message.js";
import { noDataEntries, noHandles } from "../received-message.js";
import type { View } from "../view.js";
import { waitForMessages, waitForView } from "./blocking-wait.js";
import type { CompletionList } from "./completion-list/completion-list.js";
import { ClientListAgreement, ServerListAgreement } from "./completion-list/list-agreement.js";
import type { Connection } from "./connection.js";
import { copyPayload } from "./copy-payload.js";
import type { PeerCredentials } from "./credentials.js";
import { closedByPeer } from "./farewell.js";
import type { InboundPacket } from "./inbound-packet.js";
import { ListedRoom, type RoomOwner } from "./listed-room.js";
import { PeerMemory } from "./peer-memory.js";
import { PortAttachments } from "./port-attachments.js";
import type { PortTerms } from "./port-terms.js";
import type { SenderIdentity } from "./sender-identity.js";
import type { Stage } from "./stage.js";

let lastId = 0;

/** One side of a connection, over a socket. */
export class LinuxCommunicationPort implements CommunicationPort, RoomOwner, Stage {
  readonly id = ++lastId;
  readonly token: Token;
  readonly payload: Uint8Array;
  readonly maxPayload: number;
  readonly maxViewSize: number;
  readonly allowsDirectMemory: boolean;
  readonly waitForMessages?: (milliseconds: number) => boolean;
  readonly waitForView?: (size: number, milliseconds: number) => View;
  readonly #connection: Connection;
  readonly #identity: SenderIdentity;
  readonly #handler: PortHandler;
  readonly #ledger: MessageLedger;
  /** Made when first needed: most connections carry short messages only. */
  #attachments: PortAttachments | null = null;
  /** In the completion list that there is, or was last. */
  #room: ListedRoom | null = null;
  readonly #terms: PortTerms;
  readonly #maxMessageLength: number;
  #isClosed: boolean;

  /** Takes the connection over. */
  constructor(connection: Connection, identity: SenderIdentity, handler: PortHandler, terms: PortTerms) {
    this.token = identity.token;
    this.payload = terms.payload;
    this.maxPayload = terms.maxMessageLength - PORT_MESSAGE_SIZE;
    this.maxViewSize = terms.maxViewSize;
    this.allowsDirectMemory = terms.allowsDirectMemory;
    this.#connection = connection;
    this.#identity = identity;
    this.#handler = handler;
    this.#ledger = new MessageLedger(terms.side);
    this.#terms = terms;
    this.#maxMessageLength = terms.maxMessageLength;
    this.#isClosed = connection.isEnded;
    connection.stage = this;
    if (terms.side === "client") {
      this.waitForMessages = (milliseconds) => waitForMessages(connection, milliseconds);
      this.waitForView = (size, milliseconds) => waitForView(connection, this.#beside, size, milliseconds);
    }
    if (terms.completionList && !connection.isEnded)
      connection.agreement =
        terms.side === "client"
          ? new ClientListAgreement(connection)
          : new ServerListAgreement(connection, terms.userQuota);
  }

  get isClosed(): boolean {
    return this.#isClosed || this.#connection.isEnded;
  }

  /** Who made the other end. */
  get peer(): PeerCredentials {
    return this.#identity.peer;
  }

  get queuedMessages(): number {
    return this.#connection.output.queuedMessages;
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
    attributes?: SendAttributes,
  ): number {
    this.#checkSend(bytes.length, length);
    if (!this.#isWanted(type, messageId)) {
      attributes?.view?.release();
      return messageId;
    }
    if (attributes !== undefined && hasContent(attributes)) {
      return this.#sendBeside(type, bytes, length, messageId, callbackId, attributes);
    }
    const id = type === MessageType.REQUEST ? this.#ledger.issue() : messageId;
    const { output } = this.#connection;
    const room = output.reserve(length);
    const at = output.reservedAt;
    writePortMessage(room.words, at, type, length - PORT_MESSAGE_SIZE, id, callbackId);
    copyPayload(bytes, length, room, at);
    output.commit(room, length);
    return id;
  }

  /** A descriptor may not be one, or the system pass no more of them: then the request is still open. */
  #sendBeside(
    type: MessageType,
    bytes: Buffer,
    length: number,
    messageId: number,
    callbackId: number,
    attributes: SendAttributes,
  ): number {
    try {
      return this.#beside.send(type, bytes, length, messageId, callbackId, attributes);
    } catch (error) {
      if (type === MessageType.REPLY) this.#ledger.reopen(messageId);
      throw error;
    }
  }

  reserve(): MessageRoom | null {
    const list = this.isClosed ? null : this.#connection.output.lend();
    if (list === null) return null;
    if (this.#room?.list !== list) this.#room = new ListedRoom(list, this);
    this.#room.start = list.producer.lentAt;
    this.#room.capacity = list.producer.lentRoom;
    return this.#room;
  }

  sendListed(
    { list, start, capacity }: ListedRoom,
    type: MessageType,
    length: number,
    messageId: number,
    callbackId: number,
  ): number {
    this.#checkSend(capacity, length);
    if (!this.#isWanted(type, messageId)) return messageId;
    const isAwaited = this.#isAwaited(type, list);
    const id = type === MessageType.REQUEST ? this.#ledger.issue() : messageId;
    writePortMessage(list.producer.words, start, type, length - PORT_MESSAGE_SIZE, id, callbackId);
    this.#connection.output.commitLent(list, length, isAwaited);
    return id;
  }

  cancel(messageId: number): void {
    if (!this.#isClosed && this.#ledger.withdraw(messageId))
      this.#connection.output.sendControl(MessageType.CANCELED, messageId);
  }

  allocateView(size: number, waits?: boolean): View | Promise<View> {
    this.#checkOpen();
    return this.#beside.allocateView(size, waits);
  }

  withdrawView(view: Promise<View>): void {
    this.#beside.withdrawView(view);
  }

  sealedView(bytes: Uint8Array): View | null {
    this.#checkOpen();
    return this.#beside.sealedView(bytes);
  }

  readPeerMemory(entry: DataEntry, target: Buffer): Promise<void> {
    return this.#copy("read", entry, target);
  }

  writePeerMemory(entry: DataEntry, source: Buffer): Promise<void> {
    return this.#copy("write", entry, source);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#connection.hangUp(null);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  onPacket(packet: InboundPacket): void {
    const token = packet.isListed
      ? this.#identity.token
      : this.#identity.check(packet.pid, packet.uid, packet.gid);
    const { words, start, length } = packet;
    const fault = portMessageFault(words, start, length, this.#maxMessageLength);
    if (fault !== null) throw violation(fault);
    const type = portMessage.type(words, start);
    if (type > MessageType.CANCELED) {
      this.#onControl(type, packet);
      return;
    }
    const id = portMessage.messageId(words, start);
    const dataLength = portMessage.dataLength(words, start);
    const isPlain =
      length === dataLength + PORT_MESSAGE_SIZE && portMessage.dataInfoOffset(words, start) === 0;
    const beside = isPlain ? null : this.#beside.receive(packet, type, id);
    const accepted = this.#accept(type, id, packet);
    if (accepted === null) {
      beside?.view?.release();
      for (const handle of beside?.handles ?? noHandles) handle.close();
      return;
    }
    const { message } = this.#connection.machinery;
    message.type = accepted;
    message.messageId = id;
    message.callbackId = portMessage.callbackId(words, start);
    message.buffer = packet.buffer;
    message.start = start + PORT_MESSAGE_SIZE;
    message.length = dataLength;
    message.token = token;
    this.#connection.noteBatch();
    if (beside === null) {
      this.#handler.onMessage(this, message);
      return;
    }
    message.view = beside.view;
    message.handles = beside.handles;
    message.dataEntries = beside.dataEntries;
    try {
      this.#handler.onMessage(this, message);
    } finally {
      message.view = null;
      message.handles = noHandles;
      message.dataEntries = noDataEntries;
    }
  }

  onEnd(reason: AlpcError | null): void {
    this.#isClosed = true;
    this.#attachments?.close();
    this.#terms.direct?.close();
    this.#terms.onGone?.(this);
    this.#handler.onClosed(this, reason);
  }

  /** Books a message: its type, or null if it is not for the handler. Throws AlpcError INVALID_MESSAGE. */
  #accept(type: number, id: number, packet: InboundPacket): MessageType | null {
    switch (type) {
      case MessageType.REQUEST:
        this.#ledger.requestArrived(id);
        return MessageType.REQUEST;
      case MessageType.REPLY:
        this.#attachments?.loans.returned(id);
        return this.#ledger.replyArrived(id) ? MessageType.REPLY : null;
      case MessageType.CANCELED:
        this.#endLoan(id);
        return this.#ledger.cancelArrived(id) ? MessageType.CANCELED : null;
      case MessageType.DATAGRAM:
        return MessageType.DATAGRAM;
      case MessageType.PORT_CLOSED:
        this.#isClosed = true;
        this.#connection.end(closedByPeer(packet));
        return null;
      default:
        throw violation(`a message of type ${type}`);
    }
  }

  /** A withdrawn request may have offered memory: the other side waits to hear that nothing here touches it. */
  #endLoan(id: number): void {
    const loans = this.#attachments?.loans;
    if (loans?.end(id) && !loans.isCopying(id))
      this.#connection.output.sendControl(ControlType.DATA_RELEASED, id);
  }

  #onControl(type: number, packet: InboundPacket): void {
    if (packet.length !== portMessage.totalLength(packet.words, packet.start)) throw violation("attributes");
    if (type === ControlType.DATA_RELEASED) {
      this.#attachments?.loans.returned(portMessage.messageId(packet.words, packet.start));
    } else if (type >= ControlType.LIST_OFFERED && type <= ControlType.LIST_RETURNED) {
      if (this.#connection.agreement === null) throw violation(`a message of type ${type}`);
      this.#connection.agreement.onMessage(type, packet);
    } else this.#beside.receiveSectionMessage(type, packet);
  }

  async #copy(operation: "read" | "write", entry: DataEntry, buffer: Buffer): Promise<void> {
    this.#checkOpen();
    const memory = new PeerMemory(this.#connection, this.#terms.direct, this.#ledger, this.#beside.loans);
    await memory.copy(operation, entry, buffer);
  }

  get #beside(): PortAttachments {
    this.#attachments ??= new PortAttachments(this.#connection, this.#terms, this.#ledger);
    return this.#attachments;
  }

  /** Books an answer: false for one that nobody waits for any more. */
  #isWanted(type: MessageType, messageId: number): boolean {
    if (type !== MessageType.REPLY && type !== MessageType.CANCELED) return true;
    if (!this.#ledger.answer(messageId)) return false;
    this.#attachments?.loans.end(messageId);
    return true;
  }

  /** Whether the other side has nothing but this to wait for: the answer to the last of its messages, or our only request. */
  #isAwaited(type: MessageType, list: CompletionList): boolean {
    return type === MessageType.REPLY
      ? list.isCaughtUp
      : type === MessageType.REQUEST && this.#ledger.sentCount === 0;
  }

  #checkSend(capacity: number, length: number): void {
    this.#checkOpen();
    if (length > this.#maxMessageLength) {
      throw new AlpcError(
        "PORT_MESSAGE_TOO_LONG",
        `a message of ${length} octets; this port carries up to ${this.#maxMessageLength}, larger data goes into a view`,
      );
    }
    if (length < PORT_MESSAGE_SIZE || length > capacity) {
      throw new AlpcError("INVALID_PARAMETER", `a message of ${length} octets in a buffer of ${capacity}`);
    }
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new AlpcError("PORT_DISCONNECTED", "the connection is closed");
  }
}

function hasContent({ view, handles, dataEntries }: SendAttributes): boolean {
  return view !== undefined || (handles?.length ?? 0) > 0 || (dataEntries?.length ?? 0) > 0;
}
