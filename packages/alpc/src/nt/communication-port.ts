import type { Token } from "@ncalrpc/security";
import type { DataEntry } from "../data-information.js";
import { AlpcError, isAlpcError } from "../error.js";
import type { CommunicationPort, PortHandler, SecurityContext } from "../kernel.js";
import { MessageType, PORT_MESSAGE_SIZE, type SendAttributes } from "../message.js";
import { noDataEntries, noHandles } from "../received-message.js";
import type { View } from "../view.js";
import type { DecodedMessage } from "./correspondence.js";
import { farewellMessage, readFarewell, vanished } from "./farewell.js";
import { checkImpersonation, impersonateSender } from "./impersonation.js";
import type { InboundMessage } from "./inbound-message.js";
import { MessageChannel } from "./message-channel.js";
import { ntError } from "./nt-status.js";
import { finishMessage, PortAttachments, releaseReceivedView } from "./port-attachments.js";
import { checkLength, emptyMessage } from "./port-sender.js";
import type { PortTerms } from "./port-terms.js";
import { RequestMemory } from "./request-memory.js";

/** Milliseconds for the other side to read what was sent before it was closed. */
const FAREWELL_TIME = 1_000;

/** One side of a connection. */
export class NtCommunicationPort implements CommunicationPort {
  readonly id: number;
  readonly token: Token;
  readonly payload: Uint8Array;
  readonly maxPayload: number;
  readonly maxViewSize: number;
  readonly allowsDirectMemory: boolean;
  readonly waitForMessages?: (milliseconds: number) => boolean;
  readonly #terms: PortTerms;
  readonly #handler: PortHandler;
  readonly #channel: MessageChannel;
  readonly #attachments: PortAttachments;
  readonly #memory: RequestMemory;
  /** Requests of the other side that have no answer yet, by our id. */
  readonly #open = new Map<number, InboundMessage>();
  #isClosed = false;
  #isRetired = false;
  #farewell: NodeJS.Timeout | null = null;

  constructor(terms: PortTerms, handler: PortHandler) {
    this.#terms = terms;
    this.#handler = handler;
    this.id = terms.id;
    this.token = terms.token;
    this.payload = terms.payload;
    this.maxPayload = terms.maxMessageLength - PORT_MESSAGE_SIZE;
    this.maxViewSize = terms.maxViewSize;
    this.allowsDirectMemory = terms.allowsDirectMemory;
    this.#attachments = new PortAttachments(terms.completion, terms);
    this.#memory = new RequestMemory(terms, this.#attachments, this.#open);
    // A server's messages come through its connection port, in one order with those of its other clients.
    if (terms.side === "client") this.waitForMessages = (milliseconds) => this.#wait(milliseconds);
    this.#channel = new MessageChannel(terms, this.#attachments, (reason) => {
      if (!this.#isClosed) this.#hangUp(reason);
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get queuedMessages(): number {
    return this.#channel.queuedMessages;
  }

  send(
    type: MessageType,
    bytes: Buffer,
    length: number,
    messageId: number,
    callbackId: number,
    attributes?: SendAttributes,
  ): number {
    this.#checkOpen();
    checkLength(bytes, length, this.maxPayload);
    const given = attributes ?? null;
    if (type === MessageType.REQUEST) return this.#channel.request(bytes, length, callbackId, given);
    if (type === MessageType.REPLY || type === MessageType.CANCELED) {
      this.#answer(type, bytes, length, messageId, callbackId, given);
    } else this.#channel.datagram(type, bytes, length, messageId, callbackId, given);
    return messageId;
  }

  cancel(messageId: number): void {
    if (!this.#isClosed) this.#channel.withdraw(messageId);
  }

  allocateView(size: number): View {
    this.#checkOpen();
    return this.#attachments.allocateView(size);
  }

  readPeerMemory(entry: DataEntry, target: Buffer): Promise<void> {
    return this.#copy("read", entry, target);
  }

  writePeerMemory(entry: DataEntry, source: Buffer): Promise<void> {
    return this.#copy("write", entry, source);
  }

  impersonate<T>(messageId: number, work: () => T): T {
    this.#checkOpen();
    const { completion, receivingHandle } = this.#terms;
    const request = this.#open.get(messageId);
    if (request === undefined) {
      throw new AlpcError("ACCESS_DENIED", "only the sender of an open request can be impersonated");
    }
    const { alpc, system } = completion;
    const outcome = impersonateSender(alpc, system, receivingHandle, request.header, () => {
      checkImpersonation(system);
      return work();
    });
    if ("result" in outcome) return outcome.result;
    throw ntError(outcome.status, "impersonating the sender of a request");
  }

  createSecurityContext(): SecurityContext {
    this.#checkOpen();
    return this.#attachments.createSecurityContext(this.#terms.handle);
  }

  close(): void {
    if (!this.#isClosed) this.#hangUp(null);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** A message of the other side. `body` follows the header and is borrowed. Does not throw. */
  onMessage(message: InboundMessage, body: Buffer): void {
    const { completion, receivingHandle, handle } = this.#terms;
    try {
      if (message.kind === MessageType.PORT_CLOSED) this.onDisconnected();
      else this.#receive(message, body);
    } catch (error) {
      const reason = isAlpcError(error)
        ? error
        : new AlpcError("UNSUCCESSFUL", "a message failed", { cause: error });
      if (!this.#isClosed) this.#hangUp(reason);
    } finally {
      releaseReceivedView(completion, [handle, receivingHandle], message);
      if (!message.isKept) finishMessage(completion, receivingHandle, message);
    }
  }

  /** The system says that the other side has gone. */
  onDisconnected(): void {
    if (!this.#isClosed) this.#end(this.#terms.correspondence.isOurs ? vanished() : null);
    this.#retire();
  }

  #wait(milliseconds: number): boolean {
    const deadline = performance.now() + milliseconds;
    for (;;) {
      this.#checkOpen();
      const retry = this.#channel.retry();
      const left = Math.max(0, deadline - performance.now());
      if (this.#terms.completion.waitFor(this.id, Math.min(left, retry ?? left))) return true;
      if (performance.now() >= deadline) return false;
    }
  }

  #receive(message: InboundMessage, body: Buffer): void {
    const { correspondence, receivingHandle } = this.#terms;
    // What the system itself sends has no trailer: a request that its sender did not live to see answered.
    if (correspondence.isOurs && message.kind === MessageType.CANCELED) return;
    if (message.kind === MessageType.LOST_REPLY) return;
    const token = this.#terms.identity?.check(receivingHandle, message) ?? this.token;
    const decoded = correspondence.decode(message, body);
    if (decoded.type === MessageType.PORT_CLOSED) {
      this.#onFarewell(message, body.subarray(0, decoded.payloadLength));
      return;
    }
    if (this.#isClosed) return;
    if (correspondence.arrived(decoded)) this.#handOn(message, decoded, body, token);
    else if (decoded.type === MessageType.REPLY) this.#attachments.loans.returned(decoded.messageId);
    if (decoded.type !== MessageType.REQUEST) this.#channel.requestHeld();
  }

  #handOn(message: InboundMessage, decoded: DecodedMessage, body: Buffer, token: Token): void {
    const { completion, receivingHandle, borrowed } = this.#terms;
    const { type, messageId } = decoded;
    if (type === MessageType.REQUEST) {
      message.isKept = true;
      this.#open.set(messageId, message);
    }
    if (type === MessageType.REPLY) this.#attachments.loans.returned(messageId);
    if (type === MessageType.CANCELED) this.#onWithdrawn(messageId);
    const view = this.#attachments.importView(message, decoded.viewSize);
    // Handles and memory are taken while the message is open; the handler may end it. Handles last: they would have to be closed.
    const dataEntries = this.#attachments.importMemory(message, body, messageId);
    const handles = this.#attachments.importHandles(receivingHandle, message);
    borrowed.type = type as MessageType;
    borrowed.messageId = messageId;
    borrowed.callbackId = decoded.callbackId;
    borrowed.buffer = body;
    borrowed.start = 0;
    borrowed.length = decoded.payloadLength;
    borrowed.token = token;
    borrowed.view = view;
    borrowed.handles = handles;
    borrowed.dataEntries = dataEntries;
    completion.atBatchEnd(this.#handler);
    try {
      this.#handler.onMessage(this, borrowed);
    } finally {
      borrowed.view = null;
      borrowed.handles = noHandles;
      borrowed.dataEntries = noDataEntries;
    }
  }

  /** A request was withdrawn: it is ended by an answer that nobody waits for. */
  #onWithdrawn(id: number): void {
    const request = this.#open.get(id);
    if (request === undefined) return;
    this.#open.delete(id);
    this.#attachments.loans.end(id);
    this.#channel.reply(request, MessageType.CANCELED, emptyMessage, PORT_MESSAGE_SIZE, id, 0, null);
  }

  #onFarewell(message: InboundMessage, payload: Buffer): void {
    if (message.kind === MessageType.REPLY) {
      this.#retire();
      return;
    }
    const reason = readFarewell(payload);
    this.#channel.reply(message, MessageType.PORT_CLOSED, emptyMessage, PORT_MESSAGE_SIZE, 0, 0, null);
    if (!this.#isClosed) this.#end(reason);
    this.#retire();
  }

  #answer(
    type: MessageType,
    bytes: Buffer,
    length: number,
    id: number,
    callbackId: number,
    attributes: SendAttributes | null,
  ): void {
    // What is wrong with them has to be known while there can be another answer.
    this.#attachments.handlesToSend(attributes?.handles ?? []);
    const request = this.#open.get(id);
    if (request === undefined || !this.#terms.correspondence.answer(id)) {
      attributes?.view?.release();
      return;
    }
    this.#open.delete(id);
    this.#attachments.loans.end(id);
    this.#channel.reply(request, type, bytes, length, id, callbackId, attributes);
  }

  async #copy(operation: "read" | "write", entry: DataEntry, buffer: Buffer): Promise<void> {
    this.#checkOpen();
    await this.#memory.copy(operation, entry, buffer).catch((error: unknown) => {
      this.#checkOpen();
      throw error;
    });
  }

  #hangUp(reason: AlpcError | null): void {
    this.#release();
    const { correspondence } = this.#terms;
    if (!correspondence.isOurs || !this.#sayFarewell(reason)) this.#retire();
    setImmediate(() => this.#announceEnd(reason));
  }

  /** False if nobody listens any more. */
  #sayFarewell(reason: AlpcError | null): boolean {
    try {
      this.#channel.farewell(farewellMessage(reason));
    } catch {
      return false;
    }
    this.#farewell = setTimeout(() => this.#retire(), FAREWELL_TIME);
    return true;
  }

  #end(reason: AlpcError | null): void {
    this.#release();
    this.#announceEnd(reason);
  }

  #announceEnd(reason: AlpcError | null): void {
    this.#terms.onGone(this);
    this.#handler.onClosed(this, reason);
  }

  /** Everything but the handle. */
  #release(): void {
    this.#isClosed = true;
    this.#attachments.close();
    for (const request of this.#open.values()) {
      finishMessage(this.#terms.completion, this.#terms.receivingHandle, request);
    }
    this.#open.clear();
  }

  #retire(): void {
    if (this.#isRetired) return;
    this.#isRetired = true;
    if (this.#farewell !== null) clearTimeout(this.#farewell);
    this.#channel.close();
    this.#attachments.endContexts();
    this.#terms.closeHandle(this);
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new AlpcError("PORT_DISCONNECTED", "the connection is closed");
  }
}
