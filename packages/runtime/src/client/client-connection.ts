import {
  type CommunicationPort,
  defaultKernel,
  MessageType,
  PORT_MESSAGE_SIZE,
  type PortHandler,
  type ReceivedMessage,
} from "@ncalrpc/alpc";
import { MessageHandles, type Reader, type Writer } from "@ncalrpc/ndr";
import type { Token } from "@ncalrpc/security";
import { type ClientLimits, defaultClientLimits } from "../limits.js";
import { PipeTable } from "../pipes/pipe-table.js";
import { BIND_SIZE, type InterfaceId, readBind, TransferSyntax, writeBind } from "../protocol-lrpc/bind.js";
import { Features, type Hello, parseHello } from "../protocol-lrpc/hello.js";
import { LrpcMessageType, lrpcMessageType } from "../protocol-lrpc/message-type.js";
import { REQUEST_HEADER_SIZE } from "../protocol-lrpc/request.js";
import { ViewCache } from "../protocol-lrpc/view-cache.js";
import { RpcError } from "../rpc-error.js";
import { rpcStatusFromNumber } from "../rpc-status.js";
import { parseStringBinding } from "../string-binding.js";
import type { TransferSyntaxName } from "../transfer-syntax.js";
import { turn } from "../turn.js";
import { CallTable } from "./call-table.js";
import { type BoundCallbacks, CallbackReceiver } from "./callback-receiver.js";
import { type ClientBinding, writeNothing } from "./client.js";
import { ClientCalls } from "./client-calls.js";
import { connectAttributes } from "./connect-attributes.js";
import type { ConnectOptions } from "./connect-options.js";
import { type CallOptions, type CallPipes, TypedCall } from "./pending-call.js";
import { ResponseReceiver } from "./response-receiver.js";
import type { SyncCallOptions } from "./sync-client.js";
import { checkBlocking } from "./wait-for-call.js";

export type { ConnectOptions } from "./connect-options.js";

/** Connections share the memory that messages are received in. */
const views = new ViewCache();
const DEFAULT_TIMEOUT = 10_000;
/** A bind has two octets for the id. */
const MAX_BINDING_ID = 0xffff;

/**
 * A connection to a server (an association in RPC's words): it carries the calls of any number of bound interfaces,
 * many at a time. Context handles live as long as it does.
 */
export class ClientConnection implements Disposable {
  /** @internal How calls are encoded. */
  readonly syntax: TransferSyntaxName;
  /** @internal Whether responses may carry system handles. */
  readonly acceptsHandles: boolean;
  readonly #port: CommunicationPort;
  readonly #endpoint: string;
  readonly #limits: ClientLimits;
  readonly #server: Hello;
  readonly #bindTimeout: number;
  readonly #responses: ResponseReceiver;
  #callbacks: CallbackReceiver | null = null;
  #pipes: PipeTable | null = null;
  readonly #calls: ClientCalls;
  #lastBindingId = 0;
  /** Made when somebody asks. */
  #closed: { readonly promise: Promise<void>; readonly resolve: () => void } | null = null;
  #isOver = false;

  private constructor(
    port: CommunicationPort,
    endpoint: string,
    objectUuid: string | null,
    options: ConnectOptions,
  ) {
    const limits =
      options.limits === undefined ? defaultClientLimits : { ...defaultClientLimits, ...options.limits };
    this.syntax = options.transferSyntax ?? "ndr20";
    this.acceptsHandles = options.acceptHandles ?? false;
    this.#port = port;
    this.#endpoint = endpoint;
    this.#limits = limits;
    this.#server = parseHello(port.payload);
    const shortLimit = Math.min(
      options.shortLimit ?? Number.POSITIVE_INFINITY,
      port.maxPayload - REQUEST_HEADER_SIZE,
    );
    const kernel = options.kernel ?? defaultKernel();
    const flush = () => kernel.flush();
    const { syntax } = this;
    const requestOptions = { features: this.#server.features, syntax, objectUuid, shortLimit, flush };
    const table = new CallTable(this.#server.maxCalls, limits.maxWaitingCalls);
    this.#calls = new ClientCalls(port, table, requestOptions);
    this.#bindTimeout = options.timeout ?? DEFAULT_TIMEOUT;
    this.#responses = new ResponseReceiver(limits, syntax);
  }

  /** Connects to a string binding, `ncalrpc:[endpoint]`. Throws RpcError. */
  static async connect(binding: string, options: ConnectOptions = {}): Promise<ClientConnection> {
    const { endpoint, objectUuid, options: unknown } = parseStringBinding(binding);
    for (const name of unknown.keys()) {
      throw new RpcError("RPC_S_INVALID_STRING_BINDING", {
        details: `unknown option "${name}" in "${binding}"`,
      });
    }
    const { kernel = defaultKernel() } = options;
    const handler = new ConnectionHandler();
    try {
      const port = await kernel.connectPort(endpoint, connectAttributes(options), handler);
      const connection = new ClientConnection(port, endpoint, objectUuid, options);
      handler.connection = connection;
      return connection;
    } catch (error) {
      throw RpcError.from(error, "RPC_S_SERVER_UNAVAILABLE");
    }
  }

  /** The server, as the kernel knew it when it began to listen. */
  get serverToken(): Token {
    return this.#port.token;
  }

  get isClosed(): boolean {
    return this.#port.isClosed;
  }

  /** Settles when the connection has ended, whoever ended it. */
  get closed(): Promise<void> {
    if (this.#closed === null) {
      let resolve: () => void = () => {};
      const promise = new Promise<void>((settle) => {
        resolve = settle;
      });
      this.#closed = { promise, resolve };
      if (this.#isOver) {
        resolve();
      }
    }
    return this.#closed.promise;
  }

  /**
   * Binds an interface, with what answers its callbacks if anything does. Throws RpcError: RPC_S_UNKNOWN_IF if the server
   * does not offer it, RPC_S_ACCESS_DENIED, RPC_S_CALL_FAILED_DNE if the connection is closed...
   */
  async bind(
    id: InterfaceId,
    ownsConnection: boolean,
    callbacks: BoundCallbacks | null = null,
  ): Promise<ClientBinding> {
    if (this.#lastBindingId === MAX_BINDING_ID) {
      throw new RpcError("RPC_S_OUT_OF_RESOURCES", {
        details: `the connection was bound ${MAX_BINDING_ID} times`,
      });
    }
    const message = Buffer.alloc(PORT_MESSAGE_SIZE + BIND_SIZE);
    const bindingId = ++this.#lastBindingId;
    const isNdr64 = this.syntax === "ndr64";
    const offered = isNdr64 ? TransferSyntax.NDR64 : TransferSyntax.NDR20;
    writeBind(message, PORT_MESSAGE_SIZE, {
      ...id,
      status: 0,
      transferSyntaxes: offered,
      ndr20Id: isNdr64 ? 0 : bindingId,
      ndr64Id: isNdr64 ? bindingId : 0,
      flags: 0,
    });
    const call = new TypedCall(LrpcMessageType.BIND, bindingId, 0, undefined, writeNothing, readBind, {
      timeout: this.#bindTimeout,
    });
    const answered = call.promise();
    this.#calls.startBind(call, message);
    const answer = await answered;
    if (answer.status !== 0) {
      const { major, minor } = id.version;
      throw new RpcError(rpcStatusFromNumber(answer.status), {
        details: `interface ${id.uuid} v${major}.${minor}`,
      });
    }
    if ((answer.transferSyntaxes & offered) === 0) {
      throw new RpcError("RPC_S_UNSUPPORTED_TRANS_SYN");
    }
    const answeredId = isNdr64 ? answer.ndr64Id : answer.ndr20Id;
    this.#calls.requests.bound(answeredId, answer.flags);
    if (callbacks !== null) {
      this.#receiver.bind(answeredId, callbacks);
    }
    return { connection: this, bindingId: answeredId, ownsConnection };
  }

  /** For generated clients: calls a procedure of a bound interface. Rejects with RpcError. */
  call<Q, S>(
    bindingId: number,
    opnum: number,
    request: Q,
    write: (writer: Writer, request: Q) => void,
    read: (reader: Reader) => S,
    options: CallOptions | undefined,
    pipes: CallPipes | null = null,
  ): Promise<S> {
    const call = new TypedCall(LrpcMessageType.RESPONSE, bindingId, opnum, request, write, read, options);
    call.pipes = pipes;
    const promise = call.promise();
    this.#calls.start(call);
    return promise;
  }

  /** The same, blocking the thread until the server has answered. Throws RpcError. */
  callSync<Q, S>(
    bindingId: number,
    opnum: number,
    request: Q,
    write: (writer: Writer, request: Q) => void,
    read: (reader: Reader) => S,
    options: SyncCallOptions | undefined,
  ): S {
    checkBlocking(this.#port, this.#endpoint, options);
    const call = new TypedCall(LrpcMessageType.RESPONSE, bindingId, opnum, request, write, read, options);
    const outcomeOf = call.outcome();
    this.#calls.startBlocking(call);
    const outcome = outcomeOf();
    if (outcome.status === "fulfilled") {
      return outcome.value;
    }
    throw outcome.status === "rejected" ? outcome.reason : new RpcError("RPC_S_INTERNAL_ERROR");
  }

  /** Ends the connection. Calls in flight reject with RPC_S_CALL_FAILED, calls not yet sent with RPC_S_CALL_FAILED_DNE. */
  close(): void {
    this.#port.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** @internal A message of the server. */
  onMessage(message: ReceivedMessage): void {
    if (message.handles.length > 0) {
      this.#onHandles(message);
    } else {
      this.#onMessage(message);
    }
  }

  /** What comes with a message is closed unless it becomes part of a result. */
  #onHandles(message: ReceivedMessage): void {
    const handles = new MessageHandles(message.handles);
    this.#responses.handles = handles;
    try {
      this.#onMessage(message);
    } finally {
      this.#responses.handles = null;
      handles.close();
    }
  }

  #onMessage(message: ReceivedMessage): void {
    if (message.type === MessageType.DATAGRAM && this.#receiveDatagram(message)) {
      return;
    }
    const call =
      message.type === MessageType.REPLY
        ? this.#calls.table.findSent(message.messageId, this.#responses.callIdOf(message))
        : undefined;
    if (call === undefined) {
      // Nothing that we asked for: whoever sends that can't be trusted with the calls in flight.
      message.view?.release();
      this.#port.close();
      return;
    }
    call.retained = null;
    this.#calls.failIfLate(call);
    if (this.#responses.receive(this.#port, message, call)) {
      this.#calls.table.removeSent(call);
      this.#calls.startWaiting();
    }
  }

  /** @internal The port has closed. */
  onClosed(cause: unknown): void {
    this.#callbacks?.close();
    this.#pipes?.close(new RpcError("RPC_S_CALL_FAILED", { details: "the connection was closed" }));
    const details = cause instanceof Error ? cause.message : "the connection was closed";
    this.#calls.end(
      new RpcError("RPC_S_CALL_FAILED", { details, cause }),
      new RpcError("RPC_S_CALL_FAILED_DNE", { details, cause }),
    );
    this.#isOver = true;
    this.#closed?.resolve();
  }

  /** @internal The pipes of its calls, or null if the server takes them within requests and responses. */
  get pipes(): PipeTable | null {
    if ((this.#server.features & Features.PIPES) === 0) {
      return null;
    }
    this.#pipes ??= new PipeTable(this.#port, this.#limits);
    return this.#pipes;
  }

  get #receiver(): CallbackReceiver {
    this.#callbacks ??= new CallbackReceiver(this.#port, this.#limits, this.syntax);
    return this.#callbacks;
  }

  /** What the server sends of its own accord. False for a message that is nothing of that, or breaks the protocol. */
  #receiveDatagram(message: ReceivedMessage): boolean {
    if (this.#responses.isOctets(message)) {
      this.#responses.receiveOctets(message, (callId) => this.#calls.table.withId(callId));
      return true;
    }
    turn.depth++;
    try {
      const bindingOf = (callId: number) => this.#calls.table.withId(callId)?.bindingId;
      return this.#receiver.receive(message, bindingOf) || this.#receivePipe(message);
    } catch {
      return false;
    } finally {
      turn.depth--;
    }
  }

  #receivePipe(message: ReceivedMessage): boolean {
    const { buffer, start, length } = message;
    const header = views.of(buffer);
    const lrpcType = lrpcMessageType(header, start, length);
    if (this.#pipes === null || !PipeTable.takes(lrpcType)) {
      return false;
    }
    this.#pipes.receive(message, header, lrpcType, () => false);
    return true;
  }
}

/** Passes the port's events on to the connection, which exists only once the port does. */
class ConnectionHandler implements PortHandler {
  connection: ClientConnection | null = null;

  onMessage(_port: CommunicationPort, message: ReceivedMessage): void {
    this.connection?.onMessage(message);
  }

  onClosed(_port: CommunicationPort, reason: unknown): void {
    this.connection?.onClosed(reason);
  }
}
