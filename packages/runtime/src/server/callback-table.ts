import { type CommunicationPort, MessageType, PORT_MESSAGE_SIZE, type ReceivedMessage } from "@ncalrpc/alpc";
import type { Reader, Writer } from "@ncalrpc/ndr";
import type { CallOptions } from "../client/pending-call.js";
import {
  CALLBACK_REPLY_SIZE,
  CALLBACK_REQUEST_SIZE,
  callbackIdOf,
  readCallbackFault,
  writeCallbackRequest,
} from "../protocol-lrpc/callback.js";
import { Features, type Hello } from "../protocol-lrpc/hello.js";
import { LrpcMessageType, lrpcMessageType } from "../protocol-lrpc/message-type.js";
import { RpcError } from "../rpc-error.js";
import { timeoutFault } from "../timeout-fault.js";
import { Readers } from "../transfer-syntax.js";
import { PendingCallback } from "./pending-callback.js";
import type { ServerCall } from "./server-call.js";
import type { ServerState } from "./server-state.js";

const REQUEST_HEADROOM = PORT_MESSAGE_SIZE + CALLBACK_REQUEST_SIZE;

/**
 * The callbacks of one connection. One that has timed out stays until the client answers, so that a client that never does
 * holds no more than its share of them.
 */
export class CallbackTable {
  readonly #port: CommunicationPort;
  readonly #hello: Hello;
  readonly #server: ServerState;
  readonly #sent = new Map<number, PendingCallback>();
  #lastId = 0;
  #readers: Readers | null = null;

  constructor(port: CommunicationPort, hello: Hello, server: ServerState) {
    this.#port = port;
    this.#hello = hello;
    this.#server = server;
  }

  /** Calls the client back as part of `parent`. Rejects with RpcError. */
  async call<S>(
    parent: ServerCall,
    opnum: number,
    write: (writer: Writer) => void,
    read: (reader: Reader) => S,
    options: CallOptions = {},
  ): Promise<S> {
    const { maxCallbacks, callbackTimeout } = this.#server.limits;
    if (this.#port.isClosed) {
      throw new RpcError("RPC_S_CALL_FAILED_DNE", { details: "the client is gone" });
    }
    if ((this.#hello.features & Features.CALLBACKS) === 0) {
      throw new RpcError("RPC_S_CANNOT_SUPPORT", { details: "the client knows no callbacks" });
    }
    if (this.#sent.size >= maxCallbacks) {
      throw new RpcError("RPC_S_OUT_OF_RESOURCES", {
        details: `the client has not answered ${maxCallbacks} callbacks yet`,
      });
    }
    const { signal } = options;
    const fault = options.timeout === undefined ? null : timeoutFault(options.timeout);
    if (fault !== null) {
      throw fault;
    }
    if (signal?.aborted === true) {
      throw new RpcError("RPC_S_CALL_CANCELLED", { cause: signal.reason });
    }
    const left = Math.min(options.timeout ?? callbackTimeout, parent.deadline - performance.now());
    const timeout = Math.max(1, Math.ceil(left));
    const id = this.#nextId();
    this.#send(id, parent, opnum, timeout, write);
    return await new Promise<S>((resolve, reject) => {
      const complete = (reader: Reader): void => resolve(read(reader));
      this.#sent.set(id, new PendingCallback(parent, timeout, signal, complete, reject));
    });
  }

  /** Takes a reply or a fault: false if no callback waits for it. */
  receive({ buffer, start, length, token }: ReceivedMessage): boolean {
    const header = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    const id = callbackIdOf(header, start, length);
    const callback = id === null ? undefined : this.#sent.get(id);
    if (id === null || callback === undefined) {
      return false;
    }
    this.#sent.delete(id);
    const denial = callback.parent.findDenial(token);
    if (denial !== null) {
      callback.fail(new RpcError("RPC_S_ACCESS_DENIED", { details: denial }));
    } else if (lrpcMessageType(header, start, length) === LrpcMessageType.CALLBACK_REPLY) {
      this.#readers ??= new Readers(this.#server.limits);
      const reader = this.#readers.of(callback.parent.syntax);
      reader.attach(buffer, start + CALLBACK_REPLY_SIZE, length - CALLBACK_REPLY_SIZE);
      callback.complete(reader);
    } else {
      const fault = readCallbackFault(buffer, start, length);
      const details = fault === null ? "a callback's fault is too short" : fault.details;
      callback.fail(new RpcError(fault?.status ?? "RPC_S_PROTOCOL_ERROR", details === "" ? {} : { details }));
    }
    return true;
  }

  /** A call has been answered: what it called back is of no use to anyone. */
  endCall(call: ServerCall): void {
    for (const callback of this.#sent.values()) {
      if (callback.parent === call) {
        callback.fail(new RpcError("RPC_S_CALL_CANCELLED", { details: "the call itself was answered" }));
      }
    }
  }

  /** The connection has ended. */
  close(): void {
    for (const callback of this.#sent.values()) {
      callback.fail(new RpcError("RPC_S_CALL_FAILED", { details: "the client is gone" }));
    }
    this.#sent.clear();
  }

  #send(
    id: number,
    { callId, syntax }: ServerCall,
    opnum: number,
    timeout: number,
    write: (writer: Writer) => void,
  ): void {
    const writer = this.#server.writers.take(syntax);
    writer.reset(REQUEST_HEADROOM);
    try {
      write(writer);
      const { length } = writer;
      const room = this.#port.maxPayload - CALLBACK_REQUEST_SIZE;
      if (length > room) {
        throw new RpcError("RPC_S_OUT_OF_RESOURCES", {
          details: `the callback's request has ${length} octets, and a message holds ${room}`,
        });
      }
      writer.flatten();
      const { storage } = writer;
      const view = new DataView(storage.buffer, storage.byteOffset, storage.byteLength);
      writeCallbackRequest(view, PORT_MESSAGE_SIZE, id, callId, opnum, timeout);
      this.#port.send(MessageType.DATAGRAM, storage, REQUEST_HEADROOM + length, 0, 0);
    } catch (error) {
      throw RpcError.from(error, "RPC_S_CALL_FAILED_DNE");
    } finally {
      this.#server.writers.give(writer);
    }
  }

  #nextId(): number {
    do {
      this.#lastId = (this.#lastId + 1) & 0x7fff_ffff;
    } while (this.#sent.has(this.#lastId));
    return this.#lastId;
  }
}
