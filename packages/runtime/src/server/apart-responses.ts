import {
  type CommunicationPort,
  MessageType,
  PORT_MESSAGE_SIZE,
  releaseBytes,
  SLICE_SIZE,
  takeOctets,
  VIEWS_IN_FLIGHT,
  type View,
} from "@ncalrpc/alpc";
import type { Writer } from "@ncalrpc/ndr";
import { APART, APART_SIZE, OCTETS_SIZE, writeApartOffset, writeOctets } from "../protocol-lrpc/apart.js";
import { ResponseFlags } from "../protocol-lrpc/response.js";
import { formatLargeResponse, LARGE_RESPONSE_LENGTH } from "./large-response-message.js";
import type { ResponseViews } from "./response-views.js";
import type { ReplyTo } from "./server-call.js";
import type { WaitingResponses } from "./waiting-responses.js";

const HEADER_LENGTH = LARGE_RESPONSE_LENGTH + APART_SIZE;

/**
 * Responses of one connection whose largest byte array travels apart: sealed memory as it is, anything else in slices, each
 * of which the client copies out while the next is copied in. Responses that need views at the same time get them by turns.
 */
export class ApartResponses {
  readonly #port: CommunicationPort;
  readonly #views: ResponseViews;
  readonly #waiting: WaitingResponses;
  readonly #flush: () => void;

  /** `flush` has what is queued go out now. */
  constructor(port: CommunicationPort, views: ResponseViews, waiting: WaitingResponses, flush: () => void) {
    this.#port = port;
    this.#views = views;
    this.#waiting = waiting;
    this.#flush = flush;
  }

  /** Whether a message holds what `writer` has beside its largest array, and views hold that. */
  canSend(writer: Writer): boolean {
    const { apart } = writer;
    return (
      apart !== null &&
      this.#port.maxViewSize > 0 &&
      HEADER_LENGTH + writer.length - apart.bytes.length <= this.#port.maxPayload + PORT_MESSAGE_SIZE
    );
  }

  /** A view of the largest array for the client, if that is sealed memory. */
  sealedView({ apart }: Writer): View | null {
    return apart === null ? null : (this.#port.sealedView?.(apart.bytes) ?? null);
  }

  /**
   * Sends, or copies what cannot go out yet: when this returns, the array is its owner's, who may change it. `sealed` is what
   * sealedView answered. A promise if not everything has gone out yet. Throws or rejects with RpcError and AlpcError.
   */
  send(replyTo: ReplyTo, writer: Writer, sealed: View | null): Promise<void> | null {
    const { bytes, offset } = writer.apart ?? { bytes: nothing, offset: 0 };
    const message = format(replyTo, writer, bytes.length, offset);
    if (sealed !== null) {
      this.#reply(replyTo, message, sealed);
      return null;
    }
    const slice = Math.min(bytes.length, SLICE_SIZE, this.#port.maxViewSize);
    const sending = new Sending(replyTo, message, bytes, slice);
    return this.#sendWhatFits(sending) ? null : this.#sendLater(sending);
  }

  /** False if views have to come back first. Throws RpcError. */
  #sendWhatFits(sending: Sending): boolean {
    while (!this.#port.isClosed) {
      // One that is alone may have all views: what has gone out need not be copied to wait.
      if (sending.inFlight.length >= VIEWS_IN_FLIGHT && !this.#waiting.isEmpty) {
        return false;
      }
      const view = this.#views.allocate(sending.part().length);
      if (view instanceof Promise) {
        sending.awaited = view;
        return false;
      }
      if (this.#sendPart(sending, view)) {
        return true;
      }
    }
    return true;
  }

  #sendLater(sending: Sending): Promise<void> {
    const octets = sending.size - sending.at;
    this.#views.enter(octets, sending.awaited);
    const memory = this.#keepRest(sending, octets);
    return this.#sendRest(sending).finally(() => {
      this.#waiting.leave(octets);
      releaseBytes(memory);
    });
  }

  #keepRest(sending: Sending, octets: number): Uint8Array {
    try {
      return sending.keepRest();
    } catch (error) {
      this.#waiting.leave(octets);
      throw error;
    }
  }

  async #sendRest(sending: Sending): Promise<void> {
    do {
      if (sending.awaited === null) {
        await this.#waiting.until(sending.inFlight.shift() ?? Promise.resolve());
      } else {
        const view = await this.#views.arrival(sending.awaited);
        sending.awaited = null;
        if (this.#port.isClosed || this.#sendPart(sending, view)) {
          return;
        }
      }
    } while (!this.#sendWhatFits(sending));
  }

  /** True if it was the last one. */
  #sendPart(sending: Sending, view: View): boolean {
    view.fill(sending.part(), 0);
    const returned = view.returned?.();
    if (returned !== undefined) {
      sending.inFlight.push(returned);
    }
    if (sending.isLast) {
      this.#reply(sending.replyTo, sending.message, view);
      return true;
    }
    this.#sendOctets(sending, view);
    sending.advance();
    return false;
  }

  #sendOctets({ replyTo, size, at }: Sending, view: View): void {
    const message = Buffer.allocUnsafe(PORT_MESSAGE_SIZE + OCTETS_SIZE);
    const header = new DataView(message.buffer, message.byteOffset, message.length);
    writeOctets(header, PORT_MESSAGE_SIZE, replyTo.callId, size, at);
    this.#port.send(MessageType.DATAGRAM, message, message.length, 0, 0, { view });
    this.#flush();
  }

  #reply({ messageId, callbackId }: ReplyTo, message: Buffer, view: View): void {
    this.#port.send(MessageType.REPLY, message, message.length, messageId, callbackId, { view });
  }
}

/** An array on its way out. */
class Sending {
  readonly replyTo: ReplyTo;
  /** The response without the array; goes out with its last part. */
  readonly message: Buffer;
  /** Octets of the whole array, and of those that have gone out. */
  readonly size: number;
  at = 0;
  /** Settle when the client has given back the views that were sent, the oldest first. */
  readonly inFlight: Promise<void>[] = [];
  /** The view for the next part, if it has to wait for that. */
  awaited: Promise<View> | null = null;
  readonly #slice: number;
  #bytes: Uint8Array;
  /** Where `#bytes` begins. */
  #start = 0;

  constructor(replyTo: ReplyTo, message: Buffer, bytes: Uint8Array, slice: number) {
    const { messageId, callbackId, callId } = replyTo;
    this.replyTo = { messageId, callbackId, callId };
    this.message = message;
    this.size = bytes.length;
    this.#bytes = bytes;
    this.#slice = slice;
  }

  get isLast(): boolean {
    return this.size - this.at <= this.#slice;
  }

  /** What goes out next. */
  part(): Uint8Array {
    const from = this.at - this.#start;
    return this.#bytes.subarray(from, from + this.#slice);
  }

  advance(): void {
    this.at += this.#slice;
  }

  /** Copies what has not gone out to memory that the caller releases. */
  keepRest(): Uint8Array {
    const memory = takeOctets(this.size - this.at);
    memory.set(this.#bytes.subarray(this.at));
    this.#bytes = memory;
    this.#start = this.at;
    return memory;
  }
}

const nothing = new Uint8Array(0);

function format({ callId }: ReplyTo, writer: Writer, size: number, offset: number): Buffer {
  const flags = ResponseFlags.VIEW_PRESENT | APART;
  const message = formatLargeResponse(callId, flags, size, APART_SIZE + writer.length - size);
  const header = new DataView(message.buffer, message.byteOffset, message.length);
  writeApartOffset(header, LARGE_RESPONSE_LENGTH, offset);
  writer.copyRest(message, HEADER_LENGTH);
  return message;
}
