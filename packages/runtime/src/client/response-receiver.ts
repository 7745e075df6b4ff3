import {
  type CommunicationPort,
  MessageType,
  PORT_MESSAGE_SIZE,
  type ReceivedMessage,
  takeOctets,
  type View,
} from "@ncalrpc/alpc";
import type { ApartArray, MessageHandles, Reader, ReaderLimits } from "@ncalrpc/ndr";
import type { ClientLimits } from "../limits.js";
import {
  APART,
  APART_SIZE,
  OCTETS_MESSAGE_TYPE,
  OCTETS_SIZE,
  octetsMessage,
  readApartOffset,
} from "../protocol-lrpc/apart.js";
import { BIND_SIZE } from "../protocol-lrpc/bind.js";
import { readFault } from "../protocol-lrpc/fault.js";
import { LrpcMessageType, lrpcMessageType } from "../protocol-lrpc/message-type.js";
import { PULL_SIZE, writePull } from "../protocol-lrpc/pull.js";
import {
  LARGE_RESPONSE_HEADER_SIZE,
  RESPONSE_HEADER_SIZE,
  ResponseFlags,
  responseHeader,
} from "../protocol-lrpc/response.js";
import { ViewCache } from "../protocol-lrpc/view-cache.js";
import { RpcError } from "../rpc-error.js";
import { Readers, type TransferSyntaxName } from "../transfer-syntax.js";
import { ApartResponse, sealedBytes } from "./apart-response.js";
import type { PendingCall } from "./pending-call.js";

const OWNED = { owned: true } as const;

/** Connections share the memory that responses are received in. */
const views = new ViewCache();

/** By their limits: connections share them, since messages are decoded one at a time. */
const allReaders = new Map<string, Readers>();

function readersFor({ maxDepth, maxOverhead }: ReaderLimits): Readers {
  const key = `${maxDepth} ${maxOverhead}`;
  let readers = allReaders.get(key);
  if (readers === undefined) {
    readers = new Readers({ maxDepth, maxOverhead });
    allReaders.set(key, readers);
  }
  return readers;
}

/** Settles calls with what the server answered. */
export class ResponseReceiver {
  readonly #maxResponseSize: number;
  readonly #reader: Reader;

  constructor(limits: ClientLimits, syntax: TransferSyntaxName) {
    this.#maxResponseSize = limits.maxResponseSize;
    this.#reader = readersFor(limits).of(syntax);
  }

  /** The handles that came with the message that is received now. */
  set handles(handles: MessageHandles | null) {
    this.#reader.handles = handles;
  }

  /** The call that a reply says it answers, or -1 if it does not say. */
  callIdOf({ buffer, start, length }: ReceivedMessage): number {
    const view = views.of(buffer);
    return length >= RESPONSE_HEADER_SIZE && lrpcMessageType(view, start, length) === LrpcMessageType.RESPONSE
      ? responseHeader.callId(view, start)
      : -1;
  }

  /**
   * Takes the reply to `call`. False if the answer needs one more message, which has been sent: the call stays pending
   * under that message's id. A malformed answer fails this call alone.
   */
  receive(port: CommunicationPort, message: ReceivedMessage, call: PendingCall): boolean {
    try {
      return call.isSettled || this.#settle(port, message, call);
    } catch (error) {
      call.fail(RpcError.from(error, "RPC_X_BAD_STUB_DATA"));
      return true;
    } finally {
      if (message.view !== null) {
        this.#reader.detach();
        message.view.release();
      }
    }
  }

  #settle(port: CommunicationPort, message: ReceivedMessage, call: PendingCall): boolean {
    const { buffer, start, length } = message;
    const type = lrpcMessageType(views.of(buffer), start, length);
    if (type === LrpcMessageType.FAULT) {
      const fault = readFault(buffer, start, length);
      if (fault === null) {
        throw malformed("a fault is too short");
      }
      call.fail(new RpcError(fault.status, fault.details === null ? {} : { details: fault.details }));
      return true;
    }
    if (type !== call.answerType) {
      throw malformed(`a reply has the unexpected type ${type}`);
    }
    if (type === LrpcMessageType.RESPONSE) {
      return this.#settleProcedure(port, message, call);
    }
    if (length < BIND_SIZE) {
      throw malformed("a bind answer is too short");
    }
    return this.#complete(call, buffer, start, length);
  }

  #settleProcedure(port: CommunicationPort, message: ReceivedMessage, call: PendingCall): boolean {
    const { buffer, start, length } = message;
    const header = views.of(buffer);
    if (!responseHeader.isComplete(header, start, length)) {
      throw malformed("a response is too short");
    }
    const callId = responseHeader.callId(header, start);
    if (callId !== call.callId) {
      throw malformed(`a response names call ${callId} instead of ${call.callId}`);
    }
    const flags = responseHeader.flags(header, start);
    if ((flags & (ResponseFlags.VIEW_PRESENT | ResponseFlags.PULL)) !== 0) {
      return this.#settleLarge(port, message, call, flags, responseHeader.largeDataSize(header, start));
    }
    if (call.pulled !== null) {
      return this.#complete(call, call.pulled, 0, call.pulled.length, OWNED);
    }
    return this.#complete(call, buffer, start + RESPONSE_HEADER_SIZE, length - RESPONSE_HEADER_SIZE);
  }

  /** The stub data, or one array of it, is in the message's view, or still in the server. */
  #settleLarge(
    port: CommunicationPort,
    message: ReceivedMessage,
    call: PendingCall,
    flags: number,
    size: number,
  ): boolean {
    this.#checkSize(size);
    const { view } = message;
    if ((flags & ResponseFlags.PULL) !== 0) {
      call.pulled = takeOctets(size);
      call.messageId = sendPull(port, call.callId, call.pulled);
      return false;
    }
    if (view === null || ((flags & APART) === 0 && size > view.size)) {
      throw malformed("a response announces more data than its view holds");
    }
    if ((flags & APART) !== 0) {
      return this.#settleApart(message, view, call, size);
    }
    // Shared memory is read from a private copy, unless the server can no longer write to it.
    return view.isSecured
      ? this.#complete(call, windowOf(view.bytes, size), 0, size)
      : this.#complete(call, view.copy(size), 0, size, OWNED);
  }

  /** The message carries the stub data but for one array, of which the view has the rest. */
  #settleApart(
    { buffer, start, length }: ReceivedMessage,
    view: View,
    call: PendingCall,
    size: number,
  ): boolean {
    const rest = start + LARGE_RESPONSE_HEADER_SIZE + APART_SIZE;
    if (rest > start + length) {
      throw malformed("a response is too short");
    }
    const offset = readApartOffset(views.of(buffer), rest - APART_SIZE);
    const bytes =
      view.isSealed && view.size === size ? sealedBytes(view, call.options) : restOf(view, call, size);
    return this.#complete(call, buffer, rest, start + length - rest, { apart: { bytes, offset } });
  }

  /** Whether a message is a part of an array that travels apart from its response. */
  isOctets({ buffer, start, length }: ReceivedMessage): boolean {
    return length >= OCTETS_SIZE && lrpcMessageType(views.of(buffer), start, length) === OCTETS_MESSAGE_TYPE;
  }

  /** Takes such a part for the call that `find` knows; a malformed one fails the call, one for nobody is dropped. */
  receiveOctets(
    { buffer, start, view }: ReceivedMessage,
    find: (callId: number) => PendingCall | null,
  ): void {
    const header = views.of(buffer);
    const call = find(octetsMessage.callId(header, start));
    try {
      if (call === null || call.isSettled || view === null) {
        return;
      }
      const size = octetsMessage.size(header, start);
      this.#checkSize(size);
      call.apart ??= new ApartResponse(size, call.options);
      call.apart.add(view, octetsMessage.offset(header, start));
    } catch (error) {
      call?.fail(RpcError.from(error, "RPC_S_PROTOCOL_ERROR"));
    } finally {
      view?.release();
    }
  }

  #checkSize(size: number): void {
    if (size > this.#maxResponseSize) {
      throw new RpcError("RPC_S_OUT_OF_RESOURCES", {
        details: `the response has ${size} octets, and the limit is ${this.#maxResponseSize}`,
      });
    }
  }

  #complete(
    call: PendingCall,
    data: Buffer,
    start: number,
    length: number,
    options?: { readonly owned?: boolean; readonly apart?: ApartArray },
  ): true {
    this.#reader.attach(data, start, length, options);
    call.complete(this.#reader);
    return true;
  }
}

/** An array whose last part, or all of it, is in `view`. */
function restOf(view: View, call: PendingCall, size: number): Uint8Array {
  const apart = call.apart ?? new ApartResponse(size, call.options);
  if (apart.bytes.length !== size) {
    throw malformed(`a response has an array of ${size} octets, parts came of one of ${apart.bytes.length}`);
  }
  apart.add(view, size - view.size);
  return apart.bytes;
}

function windowOf({ buffer, byteOffset }: Uint8Array, size: number): Buffer {
  return Buffer.from(buffer, byteOffset, size);
}

function sendPull(port: CommunicationPort, callId: number, target: Buffer): number {
  const message = Buffer.alloc(PORT_MESSAGE_SIZE + PULL_SIZE);
  writePull(message, PORT_MESSAGE_SIZE, callId);
  return port.send(MessageType.REQUEST, message, message.length, 0, 0, { dataEntries: [target] });
}

function malformed(details: string): RpcError {
  return new RpcError("RPC_S_PROTOCOL_ERROR", { details });
}
