import { MessageType, type ReceivedMessage, type View } from "@ncalrpc/alpc";
import { MessageHandles } from "@ncalrpc/ndr";
import { PipeTable } from "../pipes/pipe-table.js";
import { OCTETS_MESSAGE_TYPE } from "../protocol-lrpc/apart.js";
import { readCancel } from "../protocol-lrpc/cancel.js";
import { LrpcMessageType, lrpcMessageType } from "../protocol-lrpc/message-type.js";
import { PULL_MESSAGE_TYPE, readPull } from "../protocol-lrpc/pull.js";
import {
  REQUEST_HEADER_SIZE,
  RequestFlags,
  readObjectUuid,
  requestHeader,
} from "../protocol-lrpc/request.js";
import { ViewCache } from "../protocol-lrpc/view-cache.js";
import { RpcError } from "../rpc-error.js";
import { Readers } from "../transfer-syntax.js";
import { turn } from "../turn.js";
import { answerBind } from "./answer-bind.js";
import { authorize, denied, unauthorized } from "./authorize-call.js";
import { checkRequestHandles, closeAll, holdHandles } from "./call-handles.js";
import type { InterfaceRegistry } from "./interface-registry.js";
import { type FetchStubData, keepStubData, type StubData, whole } from "./large-requests.js";
import type { MethodEntry } from "./registered-interface.js";
import { type ReplyTo, ServerCall } from "./server-call.js";
import type { ServerConnection } from "./server-connection.js";
import type { ServerState } from "./server-state.js";

/** Flags of requests whose stub data does not simply follow the header. */
const ELSEWHERE = RequestFlags.VIEW_PRESENT | RequestFlags.DIRECT;

const CANCELLED = new RpcError("RPC_S_CALL_CANCELLED");

/** Takes the messages of all connections of a server to the handlers of its interfaces. */
export class RequestDispatcher {
  readonly #registry: InterfaceRegistry;
  readonly #server: ServerState;
  readonly #readers: Readers;
  readonly #views = new ViewCache();
  /** The view of the message that is dispatched, if a call goes on using it. */
  #kept: View | null = null;
  /** Whether the handles of that message are a call's. */
  #keepsHandles = false;

  constructor(registry: InterfaceRegistry, server: ServerState) {
    this.#registry = registry;
    this.#server = server;
    this.#readers = new Readers(server.limits);
  }

  /** Nothing that a message holds makes this throw: it is answered, with a fault if need be, or its connection ends. */
  dispatch(connection: ServerConnection, message: ReceivedMessage): void {
    turn.depth++;
    try {
      this.#dispatch(connection, message);
    } catch (error) {
      this.#refuse(connection, message, RpcError.from(error));
    } finally {
      turn.depth--;
      if (message.view !== this.#kept) {
        message.view?.release();
      }
      this.#kept = null;
      if (message.handles.length > 0) {
        this.#endHandles(message.handles);
      }
    }
  }

  #dispatch(connection: ServerConnection, message: ReceivedMessage): void {
    const { buffer, start, length, type } = message;
    const header = this.#views.of(buffer);
    const lrpcType = lrpcMessageType(header, start, length);
    if (type === MessageType.REQUEST && lrpcType === LrpcMessageType.REQUEST) {
      this.#request(connection, message, header);
    } else if (message.handles.length > 0) {
      throw malformed("system handles with a message that is no request");
    } else if (type === MessageType.REQUEST && lrpcType === LrpcMessageType.BIND) {
      answerBind(
        connection,
        message,
        this.#readers.of("ndr20"),
        this.#registry,
        this.#server.limits.maxBindings,
      );
    } else if (type === MessageType.REQUEST && lrpcType === PULL_MESSAGE_TYPE) {
      this.#pull(connection, message);
    } else if (type === MessageType.DATAGRAM && lrpcType === LrpcMessageType.CANCEL) {
      const callId = readCancel(buffer, start, length);
      if (callId !== null) {
        connection.requests.abandon(callId, CANCELLED);
        connection.cancelCall(callId, new RpcError("RPC_S_CALL_CANCELLED"));
      }
    } else if (type === MessageType.DATAGRAM && lrpcType === OCTETS_MESSAGE_TYPE) {
      connection.requests.add(message, header);
    } else if (type === MessageType.DATAGRAM && isCallbackAnswer(lrpcType)) {
      if (!connection.callbacks.receive(message)) {
        throw malformed("an answer to no callback");
      }
    } else if (type === MessageType.DATAGRAM && PipeTable.takes(lrpcType)) {
      connection.pipes.receive(message, header, lrpcType, (callId) => connection.hasCall(callId));
    } else if (type !== MessageType.CANCELED) {
      throw malformed(`unexpected LRPC message type ${lrpcType}`);
    }
  }

  /** Closes what came with a message, unless a call has it now. */
  #endHandles(handles: ReceivedMessage["handles"]): void {
    if (!this.#keepsHandles) {
      closeAll(handles);
    }
    this.#keepsHandles = false;
  }

  #refuse(connection: ServerConnection, message: ReceivedMessage, error: RpcError): void {
    if (message.type === MessageType.REQUEST) {
      connection.fault(message, error);
    }
    if (error.status === "RPC_S_PROTOCOL_ERROR" && ++connection.strikes > this.#server.limits.maxStrikes) {
      connection.port.close();
    }
  }

  #pull(connection: ServerConnection, message: ReceivedMessage): void {
    const callId = readPull(message.buffer, message.start, message.length);
    const [entry] = message.dataEntries;
    if (callId === null || entry === undefined) {
      throw malformed("a pull is too short or offers no memory");
    }
    const replyTo: ReplyTo = { messageId: message.messageId, callbackId: message.callbackId, callId };
    connection.large.pull(callId, replyTo, entry).catch((error: unknown) => {
      connection.fault(replyTo, RpcError.from(error));
    });
  }

  #request(connection: ServerConnection, message: ReceivedMessage, header: DataView): void {
    const { start } = message;
    if (!requestHeader.isComplete(header, start, message.length)) {
      throw malformed("a request is too short");
    }
    const { maxCalls } = this.#server.limits;
    if (connection.inFlight >= maxCalls || this.#server.isDraining) {
      const details = this.#server.isDraining
        ? "the server is shutting down"
        : `${maxCalls} calls are in flight`;
      throw new RpcError("RPC_S_SERVER_TOO_BUSY", { details });
    }
    const bindingId = requestHeader.bindingId(header, start);
    const binding = connection.bindings.get(bindingId);
    if (binding === undefined) {
      throw new RpcError("RPC_S_UNKNOWN_IF", { details: `no interface is bound as ${bindingId}` });
    }
    const procNum = requestHeader.procNum(header, start);
    const { offered } = binding;
    const method = offered.methods[procNum];
    if (method === undefined) {
      throw new RpcError("RPC_S_PROCNUM_OUT_OF_RANGE", {
        details: `${offered.name} has no procedure ${procNum}`,
      });
    }
    const size = requestHeader.largeDataSize(header, start);
    if (size > 0) {
      this.#checkSize(connection, size);
    }
    const callId = requestHeader.callId(header, start);
    if (connection.hasCall(callId)) {
      throw malformed(`call ${callId} is in flight already`);
    }
    const flags = requestHeader.flags(header, start);
    const timeout = requestHeader.timeout(header, start);
    const call = new ServerCall(
      connection,
      method,
      message.token,
      message.messageId,
      message.callbackId,
      callId,
      timeout === 0 ? Number.POSITIVE_INFINITY : performance.now() + timeout,
      (flags & RequestFlags.OBJECT_UUID) === 0 ? null : readObjectUuid(message.buffer, start),
      size,
    );
    call.syntax = binding.syntax;
    call.streamsPipes = (flags & RequestFlags.PIPE) !== 0;
    const denial = connection.findDenial(message.token, method);
    if (denial !== null) {
      throw denied(call, denial);
    }
    const hasHandles = message.handles.length > 0;
    if (hasHandles) {
      checkRequestHandles(method, (flags & ELSEWHERE) !== 0);
    }
    let stubData =
      (flags & ELSEWHERE) === 0
        ? null
        : connection.requests.take(message, header, callId, flags, size, offered.requestBytes === "view");
    if (hasHandles) {
      stubData = holdHandles(message.handles, call, copyStubData(message), connection.handleQuota);
      this.#keepsHandles = true;
    }
    connection.beginCall(call);
    if (stubData !== null && typeof stubData !== "function" && stubData.view !== null) {
      call.giveBack = stubData.giveBack;
      this.#kept = stubData.view;
    }
    const authorized = offered.authorize === null ? true : authorize(offered.authorize, call);
    if (authorized === true && stubData === null) {
      const { buffer, length } = message;
      this.#serve(method, call, buffer, start + REQUEST_HEADER_SIZE, length - REQUEST_HEADER_SIZE);
    } else if (authorized === true && stubData !== null && typeof stubData !== "function") {
      this.#serveLarge(method, call, stubData);
    } else if (authorized === false) {
      connection.requests.abandon(callId, CANCELLED);
      call.fail(unauthorized(call));
    } else {
      connection.addCall(call);
      void this.#serveLater(connection, method, call, authorized, keep(message, stubData));
    }
  }

  /** Throws RpcError if a request has more stub data beside its message than is allowed. */
  #checkSize(connection: ServerConnection, size: number): void {
    const { maxRequestSize, maxBytesInFlight } = this.#server.limits;
    if (size > maxRequestSize) {
      throw new RpcError("RPC_S_OUT_OF_RESOURCES", {
        details: `the request has ${size} octets, and the limit is ${maxRequestSize}`,
      });
    }
    if (connection.bytesInFlight + size > maxBytesInFlight) {
      throw new RpcError("RPC_S_SERVER_TOO_BUSY", {
        details: `${maxBytesInFlight} octets of requests are in flight`,
      });
    }
    connection.requestQuota.check();
  }

  async #serveLater(
    connection: ServerConnection,
    method: MethodEntry,
    call: ServerCall,
    authorized: boolean | Promise<boolean>,
    stubData: StubData | FetchStubData,
  ): Promise<void> {
    try {
      if ((await authorized) !== true) {
        throw unauthorized(call);
      }
      const data = typeof stubData === "function" ? await stubData() : stubData;
      if (connection.isClosed) {
        throw new RpcError("RPC_S_CALL_CANCELLED", { details: "the client is gone" });
      }
      this.#serveLarge(method, call, data);
    } catch (error) {
      connection.requests.abandon(call.callId, CANCELLED);
      call.fail(RpcError.from(error));
    }
  }

  #serveLarge(method: MethodEntry, call: ServerCall, data: StubData): void {
    if (method.interface.requestBytes !== "owned") {
      call.giveBack = data.giveBack;
    }
    const reader = this.#readers.of(call.syntax);
    reader.handles = data.handles === undefined ? null : new MessageHandles(data.handles);
    this.#serve(method, call, data.buffer, data.start, data.length, data);
    reader.handles = null;
    reader.detach();
  }

  /** Runs the handler on stub data that lies in memory that no one else can change. */
  #serve(
    method: MethodEntry,
    call: ServerCall,
    buffer: Buffer,
    start: number,
    length: number,
    options?: StubData,
  ): void {
    try {
      const reader = this.#readers.of(call.syntax);
      reader.attach(buffer, start, length, options);
      method.serve(reader, call);
    } catch (error) {
      call.fail(error);
    }
    if (call.isWaiting) {
      const data = options === undefined ? copyOctets(buffer, start, length) : keepStubData(options);
      call.restartWith(() => this.#serveLarge(method, call, data));
    }
  }
}

/** What a call is served with after its message. */
function keep(message: ReceivedMessage, stubData: StubData | FetchStubData | null): StubData | FetchStubData {
  if (typeof stubData === "function") {
    return stubData;
  }
  return stubData === null ? copyStubData(message) : keepStubData(stubData);
}

function copyStubData({ buffer, start, length }: ReceivedMessage): StubData {
  return copyOctets(buffer, start + REQUEST_HEADER_SIZE, length - REQUEST_HEADER_SIZE);
}

function copyOctets(buffer: Buffer, start: number, length: number): StubData {
  return whole(Buffer.from(buffer.subarray(start, start + length)));
}

function malformed(details: string): RpcError {
  return new RpcError("RPC_S_PROTOCOL_ERROR", { details });
}

function isCallbackAnswer(lrpcType: number): boolean {
  return lrpcType === LrpcMessageType.CALLBACK_REPLY || lrpcType === LrpcMessageType.CALLBACK_FAULT;
}
