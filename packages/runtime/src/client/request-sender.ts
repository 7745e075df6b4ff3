import { type CommunicationPort, type MessageRoom, MessageType, PORT_MESSAGE_SIZE } from "@ncalrpc/alpc";
import type { Writer } from "@ncalrpc/ndr";
import { beginMessage, staysInRoom } from "../message-room.js";
import { BindFlags } from "../protocol-lrpc/bind.js";
import { Features } from "../protocol-lrpc/hello.js";
import {
  REQUEST_HEADER_SIZE,
  RequestFlags,
  writeObjectUuid,
  writeRequestHeader,
} from "../protocol-lrpc/request.js";
import { ViewCache } from "../protocol-lrpc/view-cache.js";
import { RpcError } from "../rpc-error.js";
import { checkLength, closeHandles, handlesToSend } from "../system-handle.js";
import { SpareWriters, type TransferSyntaxName } from "../transfer-syntax.js";
import type { CallTable } from "./call-table.js";
import { sendLargeRequest } from "./large-request.js";
import type { PendingCall } from "./pending-call.js";

/** Room in front of a request's stub data. */
const HEADROOM = PORT_MESSAGE_SIZE + REQUEST_HEADER_SIZE;

/** Octets of a request: how many are too many is the server's to say. */
const MAX_LENGTH = 0x7fff_ffff;

/** Shared by all connections of a thread. */
const writers = new SpareWriters({ maxLength: MAX_LENGTH });
const views = new ViewCache();

export interface RequestOptions {
  /** What the server announced: Features. */
  readonly features: number;
  readonly syntax: TransferSyntaxName;
  /** The object that calls are for. */
  readonly objectUuid: string | null;
  /** Octets of stub data that a message carries at most. */
  readonly shortLimit: number;
  /** Has what is queued go out now. */
  readonly flush: () => void;
}

/** Encodes the calls of a connection, and sends them. */
export class RequestSender {
  readonly #port: CommunicationPort;
  readonly #calls: CallTable;
  readonly #options: RequestOptions;
  readonly #onFree: () => void;
  /** Bindings whose servers see byte arrays of requests in place. */
  readonly #inPlace = new Set<number>();

  /** `onFree` is called when a call that waited for memory no longer claims a slot. */
  constructor(port: CommunicationPort, calls: CallTable, options: RequestOptions, onFree: () => void) {
    this.#port = port;
    this.#calls = calls;
    this.#options = options;
    this.#onFree = onFree;
  }

  /** The server has bound an interface, with these BindFlags. */
  bound(bindingId: number, flags: number): void {
    if ((flags & BindFlags.IN_PLACE) !== 0) {
      this.#inPlace.add(bindingId);
    }
  }

  /** Sends a call that there is a slot for. If that can't be done, the call fails. */
  start(call: PendingCall): void {
    if (this.#port.isClosed) {
      call.fail(new RpcError("RPC_S_CALL_FAILED_DNE", { details: "the connection is closed" }));
      return;
    }
    const writer = writers.take(this.#options.syntax);
    const room = beginMessage(this.#port, writer, HEADROOM);
    let isKept = false;
    try {
      call.encode(writer);
      isKept = this.#send(call, writer, room);
    } catch (error) {
      call.fail(RpcError.from(error, "RPC_S_CALL_FAILED_DNE"));
    } finally {
      room?.abandon();
      if (writer.handles !== null) {
        closeHandles(writer);
      }
    }
    if (!isKept) {
      writers.give(writer);
    }
  }

  /** True if the request holds the writer beyond this call. */
  #send(call: PendingCall, writer: Writer, room: MessageRoom | null): boolean {
    const { shortLimit } = this.#options;
    if (staysInRoom(room, writer, shortLimit)) {
      this.#writeHeader(call, room.buffer, room.view, room.start, 0);
      this.#calls.addSent(call, room.send(MessageType.REQUEST, HEADROOM + writer.length, 0, 0));
      return false;
    }
    if (writer.length > shortLimit) {
      checkLength(writer, shortLimit);
      return this.#sendLarge(call, writer);
    }
    writer.flatten();
    const { storage, length } = writer;
    this.#writeHeader(call, storage, views.of(storage), 0, 0);
    const beside = handlesToSend(writer);
    this.#calls.addSent(call, this.#port.send(MessageType.REQUEST, storage, HEADROOM + length, 0, 0, beside));
    return false;
  }

  /** True if the request holds the writer beyond this call. */
  #sendLarge(call: PendingCall, writer: Writer): boolean {
    const sending = sendLargeRequest(
      this.#port,
      this.#options.features,
      call,
      writer,
      this.#inPlace.has(call.bindingId),
      (message, view, flags) => this.#writeHeader(call, message, view, 0, flags),
      (messageId) => this.#calls.addSent(call, messageId),
      this.#options.flush,
    );
    if (sending === undefined) {
      return call.retained !== null;
    }
    void this.#calls.hold(call, sending).then(this.#onFree);
    return true;
  }

  /** Names the call, which is sent next, as a message that begins at `start`. */
  #writeHeader(call: PendingCall, message: Buffer, view: DataView, start: number, flags: number): void {
    this.#calls.assignId(call);
    const { callId, bindingId, procNum } = call;
    const allFlags = call.pipes === null ? flags : flags | RequestFlags.PIPE;
    const timeout = this.#timeoutOf(call);
    const at = start + PORT_MESSAGE_SIZE;
    writeRequestHeader(view, at, allFlags, callId, bindingId, procNum, timeout);
    if (this.#options.objectUuid !== null) {
      writeObjectUuid(message, at, this.#options.objectUuid);
    }
  }

  /** What is left of the call's timeout, for the server; 0 without one. */
  #timeoutOf(call: PendingCall): number {
    if (call.deadline === Number.POSITIVE_INFINITY || (this.#options.features & Features.DEADLINE) === 0) {
      return 0;
    }
    return Math.max(1, Math.ceil(call.deadline - performance.now()));
  }
}
