import { type CommunicationPort, MessageType, PORT_MESSAGE_SIZE, type ReceivedMessage } from "@ncalrpc/alpc";
import { isNdrError, type Reader, type Writer } from "@ncalrpc/ndr";
import { reportHandlerError } from "../diagnostics.js";
import type { ClientLimits } from "../limits.js";
import {
  CALLBACK_REPLY_SIZE,
  CALLBACK_REQUEST_SIZE,
  callbackRequestHeader,
  MAX_CALLBACK_FAULT_SIZE,
  writeCallbackFault,
  writeCallbackReply,
} from "../protocol-lrpc/callback.js";
import { LrpcMessageType, lrpcMessageType } from "../protocol-lrpc/message-type.js";
import { isRpcError, RpcError } from "../rpc-error.js";
import { makeReader, makeWriter, type TransferSyntaxName } from "../transfer-syntax.js";
import { CallbackCall } from "./callback-call.js";

/** What answers the callbacks of an interface. The types of the handlers are known only to defineInterface. */
export interface BoundCallbacks {
  /** The interface's name. */
  readonly name: string;
  readonly procedures: readonly BoundCallback[];
}

export interface BoundCallback {
  readonly name: string;
  readonly opnum: number;
  /** Decodes the request, runs the handler, answers through `call`. Throws what decoder and handler throw. */
  serve(reader: Reader, call: CallbackCall): void;
}

const REPLY_HEADROOM = PORT_MESSAGE_SIZE + CALLBACK_REPLY_SIZE;

/** Runs what the server of a connection calls back, each during a call of an interface for which there are handlers. */
export class CallbackReceiver {
  readonly #port: CommunicationPort;
  readonly #limits: ClientLimits;
  readonly #syntax: TransferSyntaxName;
  readonly #reader: Reader;
  readonly #bindings = new Map<number, BoundCallbacks>();
  /** Callbacks that have not been answered. */
  readonly #open = new Set<CallbackCall>();

  constructor(port: CommunicationPort, limits: ClientLimits, syntax: TransferSyntaxName) {
    this.#syntax = syntax;
    this.#port = port;
    this.#limits = limits;
    this.#reader = makeReader(syntax, limits);
  }

  /** Has `callbacks` answer what is called back during the calls of a binding. */
  bind(bindingId: number, callbacks: BoundCallbacks): void {
    this.#bindings.set(bindingId, callbacks);
  }

  /**
   * Takes a message if it is a callback: false if it is none. `bindingOf` knows the interface of a call that the server has
   * not answered yet.
   */
  receive(message: ReceivedMessage, bindingOf: (callId: number) => number | undefined): boolean {
    const { buffer, start, length } = message;
    const header = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    const isCallback = lrpcMessageType(header, start, length) === LrpcMessageType.CALLBACK_REQUEST;
    if (!isCallback || length < CALLBACK_REQUEST_SIZE) {
      return false;
    }
    const callbackId = callbackRequestHeader.callbackId(header, start);
    const procNum = callbackRequestHeader.procNum(header, start);
    const bindingId = bindingOf(callbackRequestHeader.callId(header, start));
    const callbacks = bindingId === undefined ? undefined : this.#bindings.get(bindingId);
    const procedure = callbacks?.procedures.find(({ opnum }) => opnum === procNum);
    const name = `${callbacks?.name}.${procedure?.name}`;
    const deadline = performance.now() + callbackRequestHeader.timeout(header, start);
    const call: CallbackCall = new CallbackCall(
      name,
      deadline,
      (write) => {
        this.#open.delete(call);
        this.#reply(callbackId, write);
      },
      (error) => {
        this.#open.delete(call);
        this.#refuse(callbackId, this.#faultOf(error, name));
      },
    );
    if (bindingId === undefined) {
      call.fail(new RpcError("RPC_S_NO_CALL_ACTIVE", { details: "the callback is part of no call" }));
    } else if (callbacks === undefined) {
      call.fail(new RpcError("RPC_S_UNKNOWN_IF", { details: "the client registered no callbacks" }));
    } else if (procedure === undefined) {
      call.fail(
        new RpcError("RPC_S_PROCNUM_OUT_OF_RANGE", {
          details: `${callbacks.name} has no callback ${procNum}`,
        }),
      );
    } else if (this.#open.size >= this.#limits.maxCallbacks) {
      const details = `${this.#limits.maxCallbacks} callbacks are running`;
      call.fail(new RpcError("RPC_S_SERVER_TOO_BUSY", { details }));
    } else {
      this.#open.add(call);
      this.#reader.attach(buffer, start + CALLBACK_REQUEST_SIZE, length - CALLBACK_REQUEST_SIZE);
      try {
        procedure.serve(this.#reader, call);
      } catch (error) {
        call.fail(error);
      }
    }
    return true;
  }

  /** The connection has ended: handlers are told. */
  close(): void {
    for (const call of this.#open) {
      call.cancel(new RpcError("RPC_S_CALL_CANCELLED", { details: "the server is gone" }));
    }
    this.#open.clear();
  }

  /** Throws what the writer throws, and RpcError for more than a message holds. */
  #reply(callbackId: number, write: (writer: Writer) => void): void {
    if (this.#port.isClosed) {
      return;
    }
    const writer = makeWriter(this.#syntax, { headroom: REPLY_HEADROOM });
    write(writer);
    const room = this.#port.maxPayload - CALLBACK_REPLY_SIZE;
    if (writer.length > room) {
      throw new RpcError("RPC_S_OUT_OF_RESOURCES", {
        details: `the callback's result has ${writer.length} octets, and a message holds ${room}`,
      });
    }
    writer.flatten();
    const { storage, length } = writer;
    const view = new DataView(storage.buffer, storage.byteOffset, storage.byteLength);
    writeCallbackReply(view, PORT_MESSAGE_SIZE, callbackId);
    this.#port.send(MessageType.DATAGRAM, storage, REPLY_HEADROOM + length, 0, 0);
  }

  #refuse(callbackId: number, { status, details }: RpcError): void {
    if (!this.#port.isClosed) {
      const message = Buffer.alloc(PORT_MESSAGE_SIZE + MAX_CALLBACK_FAULT_SIZE);
      const size = writeCallbackFault(message, PORT_MESSAGE_SIZE, callbackId, status, details);
      this.#port.send(MessageType.DATAGRAM, message, PORT_MESSAGE_SIZE + size, 0, 0);
    }
  }

  /** What the server gets to know: of errors that are none of RPC's, nothing. */
  #faultOf(thrown: unknown, name: string): RpcError {
    if (isRpcError(thrown) || isNdrError(thrown)) {
      return RpcError.from(thrown);
    }
    reportHandlerError(this.#port.token, name, thrown);
    return new RpcError("RPC_S_CALL_FAILED", { cause: thrown });
  }
}
