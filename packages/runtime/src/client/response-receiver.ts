import { type CommunicationPort, MessageType, PORT_MESSAGE_SIZE, type ReceivedMessage } from "@ncalrpc/alpc";
import { Reader } from "@ncalrpc/ndr";
import type { ClientLimits } from "../limits.js";
import { readBind } from "../protocol-lrpc/bind.js";
import { readFault } from "../protocol-lrpc/fault.js";
import { LrpcMessageType, lrpcMessageType } from "../protocol-lrpc/message-type.js";
import { PULL_SIZE, writePull } from "../protocol-lrpc/pull.js";
import {
  RESPONSE_HEADER_SIZE,
  ResponseFlags,
  type ResponseHeader,
  readResponseHeader,
} from "../protocol-lrpc/response.js";
import { RpcError } from "../rpc-error.js";
import { BindCall, type PendingCall, ProcedureCall } from "./pending-call.js";

/** Settles calls with what the server answered. */
export class ResponseReceiver {
  readonly #maxResponseSize: number;
  readonly #reader: Reader;
  readonly #header: ResponseHeader = { flags: 0, callId: 0, largeDataSize: 0 };

  constructor(limits: ClientLimits) {
    this.#maxResponseSize = limits.maxResponseSize;
    this.#reader = new Reader({ maxDepth: limits.maxDepth });
  }

  /**
   * Takes the reply to `call`. `resend` is called if the answer needs one more message, with that message's id, and
   * the call stays pending. A malformed answer fails this call alone.
   */
  receive(
    port: CommunicationPort,
    message: ReceivedMessage,
    call: PendingCall,
    resend: (call: PendingCall, messageId: number) => void,
  ): void {
    try {
      if (!call.isSettled) {
        this.#settle(port, message, call, resend);
      }
    } catch (error) {
      call.fail(RpcError.from(error, "RPC_X_BAD_STUB_DATA"));
    } finally {
      if (message.view !== null) {
        this.#reader.detach();
        message.view.release();
      }
    }
  }

  #settle(
    port: CommunicationPort,
    message: ReceivedMessage,
    call: PendingCall,
    resend: (call: PendingCall, messageId: number) => void,
  ): void {
    const { buffer, start, length } = message;
    const type = lrpcMessageType(buffer, start, length);
    if (type === LrpcMessageType.FAULT) {
      const fault = readFault(buffer, start, length);
      if (fault === null) {
        throw malformed("a fault is too short");
      }
      call.fail(new RpcError(fault.status, fault.details === null ? {} : { details: fault.details }));
    } else if (type === LrpcMessageType.RESPONSE && call instanceof ProcedureCall) {
      this.#settleProcedure(port, message, call, resend);
    } else if (type === LrpcMessageType.BIND && call instanceof BindCall) {
      const answer = readBind(buffer, start, length);
      if (answer === null) {
        throw malformed("a bind answer is too short");
      }
      call.complete(answer);
    } else {
      throw malformed(`a reply has the unexpected type ${type}`);
    }
  }

  #settleProcedure(
    port: CommunicationPort,
    message: ReceivedMessage,
    call: ProcedureCall,
    resend: (call: PendingCall, messageId: number) => void,
  ): void {
    const { buffer, start, length, view } = message;
    const header = this.#header;
    if (!readResponseHeader(buffer, start, length, header)) {
      throw malformed("a response is too short");
    }
    if (header.callId !== call.callId) {
      throw malformed(`a response names call ${header.callId} instead of ${call.callId}`);
    }
    const { largeDataSize: size } = header;
    if (size > this.#maxResponseSize) {
      throw new RpcError("RPC_S_OUT_OF_RESOURCES", {
        details: `the response has ${size} octets, and the limit is ${this.#maxResponseSize}`,
      });
    }
    if ((header.flags & ResponseFlags.PULL) !== 0) {
      const target = Buffer.allocUnsafeSlow(size);
      resend(call, sendPull(port, call.callId, target));
      call.pulled = target;
    } else if ((header.flags & ResponseFlags.VIEW_PRESENT) !== 0) {
      if (view === null || size > view.size) {
        throw malformed("a response announces more data than its view holds");
      }
      // Shared memory is read from a private copy, unless the server can no longer write to it.
      const data = view.isSecured ? windowOf(view.bytes, size) : view.copy(size);
      this.#complete(call, data, 0, size, !view.isSecured);
    } else if (call.pulled !== null) {
      this.#complete(call, call.pulled, 0, call.pulled.length, true);
    } else {
      this.#complete(call, buffer, start + RESPONSE_HEADER_SIZE, length - RESPONSE_HEADER_SIZE, false);
    }
  }

  #complete(call: ProcedureCall, data: Buffer, start: number, length: number, isOwned: boolean): void {
    this.#reader.attach(data, start, length, isOwned ? OWNED : undefined);
    call.complete(this.#reader);
  }
}

function windowOf({ buffer, byteOffset }: Uint8Array, size: number): Buffer {
  return Buffer.from(buffer, byteOffset, size);
}

const OWNED = { owned: true } as const;

function sendPull(port: CommunicationPort, callId: number, target: Buffer): number {
  const message = Buffer.alloc(PORT_MESSAGE_SIZE + PULL_SIZE);
  writePull(message, PORT_MESSAGE_SIZE, callId);
  return port.send(MessageType.REQUEST, message, message.length, 0, 0, { dataEntries: [target] });
}

function malformed(details: string): RpcError {
  return new RpcError("RPC_S_PROTOCOL_ERROR", { details });
}
