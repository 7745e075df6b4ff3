import { type CommunicationPort, MessageType, PORT_MESSAGE_SIZE, type ReceivedMessage } from "@ncalrpc/alpc";
import { Reader } from "@ncalrpc/ndr";
import type { ClientLimits } from "../limits.js";
import { BIND_SIZE } from "../protocol-lrpc/bind.js";
import { readFault } from "../protocol-lrpc/fault.js";
import { LrpcMessageType, lrpcMessageType } from "../protocol-lrpc/message-type.js";
import { PULL_SIZE, writePull } from "../protocol-lrpc/pull.js";
import { RESPONSE_HEADER_SIZE, ResponseFlags, responseHeader } from "../protocol-lrpc/response.js";
import { ViewCache } from "../protocol-lrpc/view-cache.js";
import { RpcError } from "../rpc-error.js";
import type { PendingCall } from "./pending-call.js";

const OWNED = { owned: true } as const;

/** Settles calls with what the server answered. */
export class ResponseReceiver {
  readonly #maxResponseSize: number;
  readonly #reader: Reader;
  readonly #views = new ViewCache();

  constructor(limits: ClientLimits) {
    this.#maxResponseSize = limits.maxResponseSize;
    this.#reader = new Reader({ maxDepth: limits.maxDepth });
  }

  /** The call that a reply says it answers, or -1 if it does not say. */
  callIdOf({ buffer, start, length }: ReceivedMessage): number {
    const view = this.#views.of(buffer);
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
    const type = lrpcMessageType(this.#views.of(buffer), start, length);
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
    return this.#complete(call, buffer, start, length, false);
  }

  #settleProcedure(port: CommunicationPort, message: ReceivedMessage, call: PendingCall): boolean {
    const { buffer, start, length } = message;
    const header = this.#views.of(buffer);
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
      return this.#complete(call, call.pulled, 0, call.pulled.length, true);
    }
    return this.#complete(call, buffer, start + RESPONSE_HEADER_SIZE, length - RESPONSE_HEADER_SIZE, false);
  }

  /** The stub data is in the message's view, or still in the server. */
  #settleLarge(
    port: CommunicationPort,
    { view }: ReceivedMessage,
    call: PendingCall,
    flags: number,
    size: number,
  ): boolean {
    if (size > this.#maxResponseSize) {
      throw new RpcError("RPC_S_OUT_OF_RESOURCES", {
        details: `the response has ${size} octets, and the limit is ${this.#maxResponseSize}`,
      });
    }
    if ((flags & ResponseFlags.PULL) !== 0) {
      call.pulled = Buffer.allocUnsafeSlow(size);
      call.messageId = sendPull(port, call.callId, call.pulled);
      return false;
    }
    if (view === null || size > view.size) {
      throw malformed("a response announces more data than its view holds");
    }
    // Shared memory is read from a private copy, unless the server can no longer write to it.
    const data = view.isSecured ? windowOf(view.bytes, size) : view.copy(size);
    return this.#complete(call, data, 0, size, !view.isSecured);
  }

  #complete(call: PendingCall, data: Buffer, start: number, length: number, isOwned: boolean): true {
    this.#reader.attach(data, start, length, isOwned ? OWNED : undefined);
    call.complete(this.#reader);
    return true;
  }
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
