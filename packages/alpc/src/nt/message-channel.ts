import type { DataEntry } from "../data-information.js";
import { MessageType, PORT_MESSAGE_SIZE, type SendAttributes } from "../message.js";
import { noDataEntries } from "../received-message.js";
import { setWord } from "./attribute-buffer.js";
import type { InboundMessage } from "./inbound-message.js";
import { CONTEXT_ATTR } from "./layout/attribute-structures.js";
import { MessageFlags } from "./layout/flags.js";
import { isLate, isSuccess, ntError } from "./nt-status.js";
import { newMessage } from "./outbound-message.js";
import { PlainCorrespondence } from "./plain-correspondence.js";
import { finishMessage, type PortAttachments } from "./port-attachments.js";
import { emptyMessage, PortSender } from "./port-sender.js";
import type { PortTerms } from "./port-terms.js";
import { dataView, ownMemory } from "./structures.js";

/** What goes out on a connection, and how ALPC is told what it is. */
export class MessageChannel {
  readonly #terms: PortTerms;
  readonly #sender: PortSender;
  readonly #attachments: PortAttachments;
  /** Requests that wait until an answer can be told from another (PlainCorrespondence). */
  #held: { readonly id: number; readonly bytes: Buffer; readonly attributes: SendAttributes | null }[] = [];

  constructor(terms: PortTerms, attachments: PortAttachments) {
    this.#terms = terms;
    this.#attachments = attachments;
    this.#sender = new PortSender(terms.completion, terms.handle, terms.nativeMaxLength);
  }

  get heldMessages(): number {
    return this.#held.length;
  }

  /** A new request: its id. Throws AlpcError. */
  request(bytes: Buffer, length: number, callbackId: number, attributes: SendAttributes | null): number {
    const { correspondence } = this.#terms;
    const mayGo = !(correspondence instanceof PlainCorrespondence) || correspondence.allowsMany;
    const id = correspondence.issue();
    try {
      if (mayGo) this.#request(bytes, length, id, callbackId, attributes);
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

  close(): void {
    this.#held = [];
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

  /** Sends; answers the id that the system wrote back, if it did. */
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
    const { status, nativeId } = this.#sender.send(
      { flags, ids, source, length, trailer, messageContext, attributes, entries },
      this.#attachments,
    );
    const isTooLate = ids !== newMessage && isLate(status);
    if (!isSuccess(status) && !isTooLate) throw ntError(status, "sending a message");
    attributes?.view?.release();
    return nativeId;
  }
}
