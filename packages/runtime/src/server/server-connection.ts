import { type CommunicationPort, MessageType, PORT_MESSAGE_SIZE } from "@ncalrpc/alpc";
import type { Writer } from "@ncalrpc/ndr";
import type { Token } from "@ncalrpc/security";
import { reportHandlerError } from "../diagnostics.js";
import { beginMessage, staysInRoom } from "../message-room.js";
import { PipeTable } from "../pipes/pipe-table.js";
import { MAX_FAULT_SIZE, writeFault } from "../protocol-lrpc/fault.js";
import { Features, type Hello } from "../protocol-lrpc/hello.js";
import { RESPONSE_HEADER_SIZE, writeResponseHeader } from "../protocol-lrpc/response.js";
import { ViewCache } from "../protocol-lrpc/view-cache.js";
import { RpcError } from "../rpc-error.js";
import { checkLength, closeHandles, handlesToSend } from "../system-handle.js";
import type { TransferSyntaxName } from "../transfer-syntax.js";
import { findDenial } from "./access-rule.js";
import { CallbackTable } from "./callback-table.js";
import { ContextTable } from "./context-table.js";
import { LargeRequests } from "./large-requests.js";
import { LargeResponses } from "./large-responses.js";
import { OpenCalls } from "./open-calls.js";
import type { MethodEntry, RegisteredInterface } from "./registered-interface.js";
import type { ReplyTo, ServerCall } from "./server-call.js";
import type { ServerState } from "./server-state.js";
import type { QuotaShare } from "./user-quota.js";

/** Room in front of a response's stub data. */
const RESPONSE_HEADROOM = PORT_MESSAGE_SIZE + RESPONSE_HEADER_SIZE;

/** Connections share the memory that responses are written to. */
const views = new ViewCache();

/** What a client bound: requests and responses of its binding id are in its transfer syntax. */
export interface Binding {
  readonly offered: RegisteredInterface;
  readonly syntax: TransferSyntaxName;
}

/** Methods that a token may call: found out once, whatever the connections that share it. */
const grants = new WeakMap<Token, Set<MethodEntry>>();
const nothing = new Set<MethodEntry>();

function grantsOf(token: Token): Set<MethodEntry> {
  let granted = grants.get(token);
  if (granted === undefined) {
    granted = new Set();
    grants.set(token, granted);
  }
  return granted;
}

/** What a server keeps for one client. */
export class ServerConnection {
  readonly port: CommunicationPort;
  readonly hello: Hello;
  /** By binding id. */
  readonly bindings = new Map<number, Binding>();
  #contexts: ContextTable | null = null;
  #large: LargeResponses | null = null;
  #requests: LargeRequests | null = null;
  #callbacks: CallbackTable | null = null;
  #pipes: PipeTable | null = null;
  #requestQuota: QuotaShare | null = null;
  /** Calls that have not been answered. */
  inFlight = 0;
  /** Octets that the requests of those calls took beside their messages. */
  bytesInFlight = 0;
  strikes = 0;
  readonly #server: ServerState;
  /** Unanswered calls that outlived their message. */
  readonly #calls = new OpenCalls();
  /** Methods that `#checkedToken` is known to be allowed to call. */
  #granted = nothing;
  #checkedToken: Token | null = null;

  constructor(port: CommunicationPort, hello: Hello, server: ServerState) {
    this.port = port;
    this.hello = hello;
    this.#server = server;
  }

  /** Unique in this process, never reused. */
  get id(): number {
    return this.port.id;
  }

  get isClosed(): boolean {
    return this.port.isClosed;
  }

  /** Null if `token` may call the method, else the reason. What is allowed stays so for that token. */
  findDenial(token: Token, method: MethodEntry): string | null {
    if (this.#checkedToken !== token) {
      this.#checkedToken = token;
      this.#granted = grantsOf(token);
    }
    if (this.#granted.has(method)) {
      return null;
    }
    const denial = findDenial(token, method.rules);
    if (denial === null) {
      this.#granted.add(method);
    }
    return denial;
  }

  // What most connections never need is made when it is first asked for.

  get contexts(): ContextTable {
    const server = this.#server;
    this.#contexts ??= new ContextTable(
      server.contextQuota.share(this.#user),
      server.limits.maxContexts,
      (rundown) => server.addRundown(rundown),
    );
    return this.#contexts;
  }

  /** Of system handles in calls. */
  get handleQuota(): QuotaShare {
    return this.#server.handleQuota.share(this.#user);
  }

  /** Of octets of large requests. */
  get requestQuota(): QuotaShare {
    this.#requestQuota ??= this.#server.requestQuota.share(this.#user);
    return this.#requestQuota;
  }

  get #user(): string {
    return this.port.token.user.toString();
  }

  get large(): LargeResponses {
    this.#large ??= new LargeResponses(
      this.port,
      this.hello,
      this.#server,
      this.#server.responseQuota.share(this.#user),
      (sending) => void this.keepBusy(sending),
    );
    return this.#large;
  }

  get requests(): LargeRequests {
    this.#requests ??= new LargeRequests(this.port, this.#server.flush);
    return this.#requests;
  }

  get callbacks(): CallbackTable {
    this.#callbacks ??= new CallbackTable(this.port, this.hello, this.#server);
    return this.#callbacks;
  }

  /** The pipes of its calls that travel in messages of their own. */
  get pipes(): PipeTable {
    this.#pipes ??= new PipeTable(this.port, this.#server.limits);
    return this.#pipes;
  }

  /** Whether a call with that id has not been answered yet and outlived its message. */
  hasCall(callId: number): boolean {
    return this.#calls.find(callId) !== null;
  }

  /** Keeps track of a call whose handler has not finished yet. */
  addCall(call: ServerCall): void {
    this.#calls.add(call);
  }

  cancelCall(callId: number, reason: RpcError): void {
    this.#calls.find(callId)?.cancel(reason);
  }

  cancelAll(reason: RpcError): void {
    for (const call of this.#calls) {
      call.cancel(reason);
    }
  }

  beginCall(call: ServerCall): void {
    this.inFlight++;
    if (call.octets > 0) {
      this.requestQuota.take(call.octets);
      this.bytesInFlight += call.octets;
    }
  }

  /** A call has been answered, or its answer has nowhere to go. */
  endCall(call: ServerCall): void {
    this.inFlight--;
    if (call.octets > 0) {
      this.requestQuota.give(call.octets);
      this.bytesInFlight -= call.octets;
    }
    this.#calls.remove(call);
    this.#callbacks?.endCall(call);
    this.#pipes?.forget(call.callId);
    this.#idle();
  }

  /** Counts a call as in flight while `sending` goes on, though it has been answered. */
  async keepBusy(sending: Promise<void>): Promise<void> {
    this.inFlight++;
    await sending;
    this.inFlight--;
    this.#idle();
  }

  #idle(): void {
    if (this.inFlight === 0) {
      if (this.isClosed) {
        this.#contexts?.clear();
      }
      this.#server.onIdle();
    }
  }

  /** The port has closed: handlers are told, and contexts run down when the last of them is done. */
  onClosed(): void {
    this.#large?.clear();
    this.#requests?.clear(new RpcError("RPC_S_CALL_CANCELLED", { details: "the client is gone" }));
    this.#callbacks?.close();
    this.#pipes?.close(new RpcError("RPC_S_CALL_FAILED", { details: "the client is gone" }));
    this.cancelAll(new RpcError("RPC_S_CALL_CANCELLED", { details: "the client is gone" }));
    if (this.inFlight === 0) {
      this.#contexts?.clear();
    }
  }

  /** Throws NdrError if the result does not fit the interface, RpcError if it is too large. */
  sendResponse<T>(call: ServerCall, result: T, write: (writer: Writer, value: T) => void): void {
    const writer = this.#server.writers.take(call.syntax);
    const room = beginMessage(this.port, writer, RESPONSE_HEADROOM);
    let isKept = false;
    try {
      // Even for a client that is gone: this is where context handles come to be known, to be run down.
      write(writer, result);
      call.checkContexts();
      if (this.isClosed) {
        return;
      }
      const { length } = writer;
      const { messageId, callbackId, callId } = call;
      const shortLimit = Math.min(this.#server.shortLimit, this.port.maxPayload - RESPONSE_HEADER_SIZE);
      if (staysInRoom(room, writer, shortLimit)) {
        writeResponseHeader(room.view, room.start + PORT_MESSAGE_SIZE, 0, callId);
        room.send(MessageType.REPLY, RESPONSE_HEADROOM + length, messageId, callbackId);
      } else if (length <= shortLimit) {
        writer.flatten();
        const beside = handlesToSend(writer);
        const { storage } = writer;
        writeResponseHeader(views.of(storage), PORT_MESSAGE_SIZE, 0, callId);
        const size = RESPONSE_HEADROOM + length;
        this.port.send(MessageType.REPLY, storage, size, messageId, callbackId, beside);
      } else {
        checkLength(writer, shortLimit);
        isKept = this.sendLong(call, writer);
      }
    } finally {
      room?.abandon();
      if (writer.handles !== null) {
        closeHandles(writer);
      }
      if (!isKept) {
        this.#server.writers.give(writer);
      }
    }
  }

  /** Sends what no message holds. True if the writer's memory stays in use until the server gets it back. Throws RpcError, AlpcError. */
  protected sendLong(call: ServerCall, writer: Writer): boolean {
    return this.large.send(call, writer, (error) => this.fault(call, error));
  }

  /** Answers a call with a fault. What is not an RpcError is reported here and says nothing to the client. */
  sendFault(call: ServerCall, thrown: unknown): void {
    this.fault(call, this.faultOf(call, thrown));
  }

  /** What the client gets to know of what a handler threw; the rest is reported here. */
  faultOf(call: ServerCall, thrown: unknown): RpcError {
    return this.#server.faultOf(thrown, (error) => reportHandlerError(call.caller, call.name, error));
  }

  /** Answers a message with a fault. */
  fault(replyTo: Pick<ReplyTo, "messageId" | "callbackId">, error: RpcError): void {
    if (this.isClosed) {
      return;
    }
    const details = (this.hello.features & Features.FAULT_DETAILS) === 0 ? null : error.details;
    const size = writeFault(faultBuffer, PORT_MESSAGE_SIZE, error.status, details);
    this.port.send(
      MessageType.REPLY,
      faultBuffer,
      PORT_MESSAGE_SIZE + size,
      replyTo.messageId,
      replyTo.callbackId,
    );
  }
}

/** Messages are copied when they are sent, so all faults are written in one place. */
const faultBuffer = Buffer.alloc(PORT_MESSAGE_SIZE + MAX_FAULT_SIZE);
