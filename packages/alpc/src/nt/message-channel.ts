import type { DataEntry } from "../data-information.js";
import { AlpcError } from "../error.js";
import { MessageType, PORT_MESSAGE_SIZE, type SendAttributes } from "../message.js";
import { noDataEntries } from "../received-message.js";
import { setWord } from "./attribute-buffer.js";
import type { InboundMessage } from "./inbound-message.js";
import { CONTEXT_ATTR } from "./layout/attribute-structures.js";
import { MessageFlags } from "./layout/flags.js";
import { Status } from "./layout/status.js";
import { isLate, isSuccess, ntError } from "./nt-status.js";
import { newMessage } from "./outbound-message.js";
import { PlainCorrespondence } from "./plain-correspondence.js";
import { finishMessage, type PortAttachments } from "./port-attachments.js";
import { emptyMessage, PortSender, type Sending } from "./port-sender.js";
import type { PortTerms } from "./port-terms.js";
import { dataView, ownMemory } from "./structures.js";

/** Milliseconds until the kernel is asked again whether it has room, and messages that wait for it at most. */
const RETRY_INTERVAL = 5;
const MAX_UNSENT = 10_000;

/** What goes out on a connection, and how ALPC is told what it is. */
export class MessageChannel {
  readonly #terms: PortTerms;
  readonly #sender: PortSender;
  readonly #attachments: PortAttachments;
  /** Requests that wait until an answer can be told from another (PlainCorrespondence). */
  #held: { readonly id: number; readonly bytes: Buffer; readonly attributes: SendAttributes | null }[] = [];

  /** What the kernel had no room for, in order. */
  #unsent: Sending[] = [];
  #fullSince: number | null = null;
  #retry: NodeJS.Timeout | null = null;
  readonly #onStuck: (reason: AlpcError) => void;

  /** `onStuck` is told when the other side has read nothing for the port's slowReaderGrace. */
  constructor(terms: PortTerms, attachments: PortAttachments, onStuck: (reason: AlpcError) => void) {
    this.#onStuck = onStuck;
    this.#terms = terms;
    this.#attachments = attachments;
    this.#sender = new PortSender(terms.completion, terms.handle, terms.nativeMaxLength);
  }

  get queuedMessages(): number {
    return this.#held.length + this.#unsent.length;
  }

  /** Sends what had to wait for room, as far as there is room now; milliseconds until it is worth another try, null: nothing waits. */
  retry(): number | null {
    if (this.#unsent.length > 0) this.#sendUnsent();
    return this.#unsent.length > 0 ? RETRY_INTERVAL : null;
  }

  /** A new request: its id. Throws AlpcError. */
  request(bytes: Buffer, length: number, callbackId: number, attributes: SendAttributes | null): number {
    const { correspondence } = this.#terms;
    const mayGo = !(correspondence instanceof PlainCorrespondence) || correspondence.allowsMany;
    const id = correspondence.issue();
    try {
      if (mayGo) this.#request(bytes, length, id, callbackId, attributes);
      else if (!canWait(attributes)) throw new AlpcError("QUOTA_EXCEEDED", "another request is under way");
      else this.#held.push({ id, bytes: Buffer.from(bytes.subarray(0, length)), attributes });
    } catch (error) {
      correspondence.withdraw(id);
      throw error;
    }
    return id;
  }

  /** Sends what had to wait, as far as it may go now. Throws AlpcError. */
  requestHeld(): void {
    const { correspondence } = this.#terms;
    while (correspondence instanceof PlainCorrespondence && correspondence.allowsMany) {
      const next = this.#held.shift();
      if (next === undefined) return;
      this.#request(next.bytes, next.bytes.length, next.id, 0, next.attributes);
    }
  }

  /** A message that needs no answer. Throws AlpcError. */
  datagram(
    type: MessageType,
    bytes: Buffer,
    length: number,
    id: number,
    callbackId: number,
    attributes: SendAttributes | null,
  ): void {
    this.#transmit(MessageFlags.RELEASE_MESSAGE, type, bytes, length, id, callbackId, attributes);
  }

  /** The answer to an open request of the other side, which ends it also if it cannot be sent. Throws AlpcError, but not if it comes too late. */
  reply(
    request: InboundMessage,
    type: MessageType,
    bytes: Buffer,
    length: number,
    id: number,
    callbackId: number,
    attributes: SendAttributes | null,
  ): void {
    try {
      this.#transmit(MessageFlags.RELEASE_MESSAGE, type, bytes, length, id, callbackId, attributes, request);
      request.isOwed = false;
    } catch (error) {
      finishMessage(this.#terms.completion, this.#terms.receivingHandle, request);
      throw error;
    }
  }

  /** A farewell: a request outside of the numbers of all others. Throws AlpcError. */
  farewell(bytes: Buffer): void {
    this.#transmit(0, MessageType.PORT_CLOSED, bytes, bytes.length, 0, 0, null);
  }

  /** Takes a request of ours back: a foreign peer learns it from the system, if that told us its id; one of us by a message. */
  withdraw(id: number): void {
    const { correspondence, completion, handle } = this.#terms;
    const nativeId = correspondence instanceof PlainCorrespondence ? correspondence.nativeIdOf(id) : 0;
    if (!correspondence.withdraw(id)) return;
    this.#held = this.#held.filter((held) => held.id !== id);
    if (correspondence.isOurs) {
      this.#notify(MessageType.CANCELED, id);
      return;
    }
    if (nativeId === 0) return;
    const context = ownMemory(CONTEXT_ATTR.size);
    setWord(dataView(context), CONTEXT_ATTR.MessageContext, id);
    dataView(context).setUint32(CONTEXT_ATTR.MessageId, nativeId, true);
    completion.alpc.NtAlpcCancelMessage(handle, 0, context);
  }

  /** Drops what has not been sent. */
  close(): void {
    this.#held = [];
    this.#unsent = [];
    this.#stopRetrying();
  }

  #stopRetrying(): void {
    this.#fullSince = null;
    if (this.#retry !== null) clearInterval(this.#retry);
    this.#retry = null;
  }

  #request(
    bytes: Buffer,
    length: number,
    id: number,
    callbackId: number,
    attributes: SendAttributes | null,
  ): void {
    const buffers = attributes?.dataEntries ?? [];
    const entries = this.#attachments.describeMemory(buffers);
    const { correspondence } = this.#terms;
    const nativeId = this.#transmit(
      0,
      MessageType.REQUEST,
      bytes,
      length,
      id,
      callbackId,
      attributes,
      newMessage,
      entries,
    );
    if (buffers.length > 0) this.#attachments.loans.lend(id, buffers);
    if (correspondence instanceof PlainCorrespondence) correspondence.wasSent(id, nativeId);
  }

  #notify(type: MessageType, id: number): void {
    try {
      this.datagram(type, emptyMessage, PORT_MESSAGE_SIZE, id, 0, null);
    } catch {
      // The connection has ended, which is announced by itself.
    }
  }

  /** Sends, now or when the other side has room; answers the id that the system wrote back, 0 if it did not. */
  #transmit(
    flags: number,
    type: MessageType,
    source: Buffer,
    length: number,
    id: number,
    callbackId: number,
    attributes: SendAttributes | null,
    ids = newMessage,
    entries: readonly DataEntry[] = noDataEntries,
  ): number {
    const { correspondence } = this.#terms;
    const viewSize = attributes?.view?.size ?? 0;
    const trailer = correspondence.trailer(type, id, callbackId, length - PORT_MESSAGE_SIZE, viewSize);
    const messageContext = type === MessageType.REQUEST && !correspondence.isOurs ? id : 0;
    const sending = { flags, ids, source, length, trailer, messageContext, attributes, entries };
    if (this.#unsent.length === 0) {
      const { status, nativeId } = this.#sender.send(sending, this.#attachments);
      if (!isFull(status)) {
        this.#settle(sending, status);
        return nativeId;
      }
    }
    if (!canWait(attributes) || this.#unsent.length >= MAX_UNSENT) {
      throw new AlpcError("QUOTA_EXCEEDED", "the other side leaves too much unread");
    }
    this.#unsent.push({ ...sending, source: Buffer.from(source.subarray(0, length)) });
    this.#fullSince ??= performance.now();
    this.#retry ??= setInterval(() => this.#sendUnsent(), RETRY_INTERVAL);
    return 0;
  }

  #settle({ attributes, ids }: Sending, status: number): void {
    const isTooLate = ids !== newMessage && isLate(status);
    if (!isSuccess(status) && !isTooLate) throw ntError(status, "sending a message");
    attributes?.view?.release();
  }

  #sendUnsent(): void {
    for (let next = this.#unsent[0]; next !== undefined; next = this.#unsent[0]) {
      if (!this.#isTaken(next)) break;
      this.#unsent.shift();
      this.#fullSince = performance.now();
    }
    if (this.#unsent.length === 0) this.#stopRetrying();
    else if (performance.now() - (this.#fullSince ?? 0) > this.#terms.limits.slowReaderGrace) {
      this.close();
      this.#onStuck(new AlpcError("QUOTA_EXCEEDED", "the peer left too much unread for too long"));
    }
  }

  /** False if there still is no room. */
  #isTaken(sending: Sending): boolean {
    try {
      const { status } = this.#sender.send(sending, this.#attachments);
      if (isFull(status)) return false;
      this.#settle(sending, status);
    } catch {
      // The connection has ended, which is announced by itself, or the view of this one message is gone.
    }
    return true;
  }
}

/** Handles and security contexts are the caller's again when a send returns. */
function canWait(attributes: SendAttributes | null): boolean {
  return (attributes?.handles?.length ?? 0) === 0 && attributes?.securityContext === undefined;
}

/** The kernel takes no more messages of this connection for now. */
function isFull(status: number): boolean {
  return status === Status.QUOTA_EXCEEDED || status === Status.INSUFFICIENT_RESOURCES;
}
