import { MessageType } from "../message.js";
import { MessageLedger } from "../message-ledger.js";
import { violation } from "../port-message.js";
import type { InboundMessage } from "./inbound-message.js";
import { type MessageTrailer, readTrailer } from "./message-trailer.js";

/** A message in the terms of kernel.ts. */
export interface DecodedMessage {
  readonly type: number;
  readonly messageId: number;
  readonly callbackId: number;
  /** Octets, from the start of what follows the header. */
  readonly payloadLength: number;
  /** Octets; null if the sender does not say. */
  readonly viewSize: number | null;
}

/** How the two sides tell requests and answers apart. */
export interface Correspondence {
  /** False for a foreign peer, who is sent nothing but payloads. */
  readonly isOurs: boolean;
  /** A request of ours goes out: its id. */
  issue(): number;
  /** It could not be sent, or is withdrawn: false if it is not open. */
  withdraw(id: number): boolean;
  /** An answer goes out: false if the request is not open. */
  answer(id: number): boolean;
  /** What follows the payload of a message that goes out. */
  trailer(
    type: number,
    messageId: number,
    callbackId: number,
    payloadLength: number,
    viewSize: number,
  ): MessageTrailer | null;
  /** Throws AlpcError INVALID_MESSAGE. */
  decode(message: InboundMessage, body: Buffer): DecodedMessage;
  /** Books what arrived: false if it comes too late to matter. Throws AlpcError INVALID_MESSAGE. */
  arrived(decoded: DecodedMessage): boolean;
}

/** Between two of us: every message says in its trailer what it is. */
export class OwnCorrespondence implements Correspondence {
  readonly isOurs = true;
  readonly #ledger: MessageLedger;

  constructor(side: "client" | "server") {
    this.#ledger = new MessageLedger(side);
  }

  issue(): number {
    return this.#ledger.issue();
  }

  withdraw(id: number): boolean {
    return this.#ledger.withdraw(id);
  }

  answer(id: number): boolean {
    return this.#ledger.answer(id);
  }

  trailer(
    type: number,
    messageId: number,
    callbackId: number,
    payloadLength: number,
    viewSize: number,
  ): MessageTrailer {
    return { type, messageId, callbackId, payloadLength, viewSize };
  }

  decode(message: InboundMessage, body: Buffer): DecodedMessage {
    const trailer = readTrailer(body, message.dataInfoOffset !== 0);
    const { type } = trailer;
    const isPossible =
      type === message.kind ||
      // A request is withdrawn by a datagram, and may be answered by CANCELED.
      (type === MessageType.CANCELED && message.kind !== MessageType.REQUEST) ||
      (type === MessageType.PORT_CLOSED && message.kind !== MessageType.DATAGRAM);
    if (!isPossible) throw violation(`a message of type ${type} as ${message.kind}`);
    return trailer;
  }

  arrived({ type, messageId }: DecodedMessage): boolean {
    if (type === MessageType.REPLY) return this.#ledger.replyArrived(messageId);
    if (type === MessageType.CANCELED) return this.#ledger.cancelArrived(messageId);
    if (type === MessageType.REQUEST) this.#ledger.requestArrived(messageId);
    return true;
  }
}
