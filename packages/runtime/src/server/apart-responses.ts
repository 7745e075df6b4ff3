import {
  type CommunicationPort,
  isAlpcError,
  MessageType,
  PORT_MESSAGE_SIZE,
  releaseBytes,
  SLICE_SIZE,
  takeOctets,
  type View,
} from "@ncalrpc/alpc";
import type { Writer } from "@ncalrpc/ndr";
import { APART, APART_SIZE, OCTETS_SIZE, writeApartOffset, writeOctets } from "../protocol-lrpc/apart.js";
import { ResponseFlags } from "../protocol-lrpc/response.js";
import { RpcError } from "../rpc-error.js";
import {
  formatLargeResponse,
  LARGE_RESPONSE_LENGTH,
  MAX_WAIT,
  MAX_WAITING,
} from "./large-response-message.js";
import type { ReplyTo } from "./server-call.js";

const HEADER_LENGTH = LARGE_RESPONSE_LENGTH + APART_SIZE;

/**
 * Responses of one connection whose largest byte array travels apart: sealed memory as it is, anything else in slices, each
 * of which the client copies out while the next is copied in.
 */
export class ApartResponses {
  readonly #port: CommunicationPort;
  readonly #flush: () => void;
  #waiting = 0;

  /** `flush` has what is queued go out now. */
  constructor(port: CommunicationPort, flush: () => void) {
    this.#port = port;
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
   * sealedView answered. What goes wrong later goes to `onFailure`. Throws RpcError.
   */
  send(replyTo: ReplyTo, writer: Writer, sealed: View | null, onFailure: (error: RpcError) => void): void {
    const { bytes, offset } = writer.apart ?? { bytes: nothing, offset: 0 };
    const message = format(replyTo, writer, bytes.length, offset);
    if (sealed !== null) {
      this.#reply(replyTo, message, sealed);
      return;
    }
    const slice = Math.min(bytes.length, SLICE_SIZE, this.#port.maxViewSize);
    const sending = new Sending(replyTo, message, bytes, slice);
    if (!this.#sendWhatFits(sending)) {
      this.#sendLater(sending, onFailure);
    }
  }

  /** False if views have to come back first. Throws RpcError if that does not help. */
  #sendWhatFits(sending: Sending): boolean {
    while (!this.#port.isClosed) {
      const view = this.#allocate(sending);
      if (view === null) {
        return false;
      }
      view.fill(sending.part(), 0);
      sending.awaited.push(view.returned?.());
      if (sending.isLast) {
        this.#reply(sending.replyTo, sending.message, view);
        return true;
      }
      this.#sendOctets(sending, view);
      sending.advance();
    }
    return true;
  }

  /** Null if the connection's share of sections is used up for now. Throws RpcError if it will not get better. */
  #allocate(sending: Sending): View | null {
    try {
      const view = this.#port.allocateView(sending.part().length);
      if (view instanceof Promise) {
        throw new RpcError("RPC_S_INTERNAL_ERROR", { details: "a server waits for memory of its own" });
      }
      return view;
    } catch (error) {
      const isUsedUp = isAlpcError(error) && error.status === "QUOTA_EXCEEDED";
      if (isUsedUp && sending.awaited[0] !== undefined) {
        return null;
      }
      throw isUsedUp ? new RpcError("RPC_S_OUT_OF_RESOURCES", { cause: error }) : error;
    }
  }

  #sendLater(sending: Sending, onFailure: (error: RpcError) => void): void {
    if (this.#waiting >= MAX_WAITING) {
      throw new RpcError("RPC_S_OUT_OF_RESOURCES", {
        details: `${MAX_WAITING} responses wait for the client to take them`,
      });
    }
    this.#waiting++;
    const memory = sending.keepRest();
    void this.#sendRest(sending)
      .catch((error: unknown) => onFailure(RpcError.from(error, "RPC_S_OUT_OF_RESOURCES")))
      .finally(() => {
        this.#waiting--;
        releaseBytes(memory);
      });
  }

  async #sendRest(sending: Sending): Promise<void> {
    do {
      await within(MAX_WAIT, sending.awaited.shift());
    } while (!this.#sendWhatFits(sending));
  }

  #sendOctets({ replyTo, size, at }: Sending, view: View): void {
    const message = Buffer.alloc(PORT_MESSAGE_SIZE + OCTETS_SIZE);
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
  readonly awaited: (Promise<void> | undefined)[] = [];
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

/** Rejects with RpcError if `promise` takes longer than `milliseconds`. */
async function within(milliseconds: number, promise: Promise<void> | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new RpcError("RPC_S_OUT_OF_RESOURCES", {
      details: "the client does not take the response",
    });
    timer = setTimeout(reject, milliseconds, error).unref();
  });
  await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
