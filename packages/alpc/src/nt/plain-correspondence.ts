import { MessageType } from "../message.js";
import type { Correspondence, DecodedMessage } from "./correspondence.js";
import type { InboundMessage } from "./inbound-message.js";

/**
 * With a peer that is not one of us (rpcrt4, or any ALPC program). Its requests have the ids that the system gave them.
 * Answers to ours are recognised by the MessageContext that we sent, if the system brings it back; else by the id
 * that the system wrote into our message, if it did; else, as only one request is under way then, by being the only one.
 */
export class PlainCorrespondence implements Correspondence {
  readonly isOurs = false;
  /** Requests of ours by id, with the system's id of each: 0 if it was not told, null if it has not been sent yet. */
  readonly #sent = new Map<number, number | null>();
  readonly #received = new Set<number>();
  #lastIssued = 0;
  #isProven = false;

  /** Whether a second request may be sent before the first is answered: the system has shown that answers can be told apart. */
  get allowsMany(): boolean {
    return this.#isProven || this.#underWay().length === 0;
  }

  issue(): number {
    do this.#lastIssued = this.#lastIssued === 0xffff_ffff ? 1 : this.#lastIssued + 1;
    while (this.#sent.has(this.#lastIssued));
    this.#sent.set(this.#lastIssued, null);
    return this.#lastIssued;
  }

  /** The system's id of a request that has been sent. */
  wasSent(id: number, nativeId: number): void {
    if (this.#sent.has(id)) this.#sent.set(id, nativeId);
  }

  nativeIdOf(id: number): number {
    return this.#sent.get(id) ?? 0;
  }

  withdraw(id: number): boolean {
    return this.#sent.delete(id);
  }

  answer(id: number): boolean {
    return this.#received.delete(id);
  }

  trailer(): null {
    return null;
  }

  decode(message: InboundMessage, body: Buffer): DecodedMessage {
    const isAnswer = message.kind === MessageType.REPLY || message.kind === MessageType.CANCELED;
    return {
      type: message.kind,
      messageId: isAnswer ? this.#requestOf(message) : message.nativeId,
      callbackId: message.nativeCallbackId,
      payloadLength: body.length,
      viewSize: null,
    };
  }

  arrived({ type, messageId }: DecodedMessage): boolean {
    if (type === MessageType.REPLY) return this.#sent.delete(messageId);
    if (type === MessageType.CANCELED)
      return this.#sent.delete(messageId) || this.#received.delete(messageId);
    if (type === MessageType.REQUEST) this.#received.add(messageId);
    return true;
  }

  /** Our id of the request that a message answers; CANCELED may also name a request of the other side. */
  #requestOf(message: InboundMessage): number {
    const context = message.context?.messageContext ?? 0;
    if (this.#sent.get(context) !== undefined) {
      this.#isProven = true;
      return context;
    }
    for (const [id, nativeId] of this.#sent) {
      if (nativeId !== message.nativeId || nativeId === 0) continue;
      this.#isProven = true;
      return id;
    }
    if (message.kind === MessageType.CANCELED && this.#received.has(message.nativeId))
      return message.nativeId;
    const [only = 0, another] = this.#underWay();
    return another === undefined ? only : 0;
  }

  #underWay(): number[] {
    return [...this.#sent].filter(([, nativeId]) => nativeId !== null).map(([id]) => id);
  }
}
