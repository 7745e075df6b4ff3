import { type CommunicationPort, MessageType, PORT_MESSAGE_SIZE } from "@ncalrpc/alpc";
import type { Writer } from "@ncalrpc/ndr";
import { Features } from "../protocol-lrpc/hello.js";
import {
  REQUEST_HEADER_SIZE,
  RequestFlags,
  writeObjectUuid,
  writeRequestHeader,
} from "../protocol-lrpc/request.js";
import { ViewCache } from "../protocol-lrpc/view-cache.js";
import { RpcError } from "../rpc-error.js";
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

  /** `onFree` is called when a call that waited for memory no longer claims a slot. */
  constructor(port: CommunicationPort, calls: CallTable, options: RequestOptions, onFree: () => void) {
    this.#port = port;
    this.#calls = calls;
    this.#options = options;
    this.#onFree = onFree;
  }

  /** Sends a call that there is a slot for. If that can't be done, the call fails. */
  start(call: PendingCall): void {
    if (this.#port.isClosed) {
      call.fail(new RpcError("RPC_S_CALL_FAILED_DNE", { details: "the connection is closed" }));
      return;
    }
    const writer = writers.take(this.#options.syntax, HEADROOM);
    let isKept = false;
    try {
      call.encode(writer);
      if (writer.length <= this.#options.shortLimit) {
        this.#sendShort(call, writer);
      } else {
        isKept = this.#sendLarge(call, writer);
      }
    } catch (error) {
      call.fail(RpcError.from(error, "RPC_S_CALL_FAILED_DNE"));
    }
    if (!isKept) {
      writers.give(writer);
    }
  }

  #sendShort(call: PendingCall, writer: Writer): void {
    writer.flatten();
    const { storage, length } = writer;
    this.#writeHeader(call, storage, views.of(storage), 0);
    const messageId = this.#port.send(MessageType.REQUEST, storage, HEADROOM + length, 0, 0);
    this.#calls.addSent(call, messageId);
  }

  /** True if the request holds the writer beyond this call. */
  #sendLarge(call: PendingCall, writer: Writer): boolean {
    const sending = sendLargeRequest(
      this.#port,
      this.#options.features,
      call,
      writer,
      (message, view, flags) => this.#writeHeader(call, message, view, flags),
      (messageId) => this.#calls.addSent(call, messageId),
      this.#options.flush,
    );
    if (sending === undefined) {
      return call.retained !== null;
    }
    void this.#calls.hold(call, sending).then(this.#onFree);
    return true;
  }

  /** Names the call, which is sent next. */
  #writeHeader(call: PendingCall, message: Buffer, view: DataView, flags: number): void {
    this.#calls.assignId(call);
    const { callId, bindingId, procNum } = call;
    const allFlags = call.pipes === null ? flags : flags | RequestFlags.PIPE;
    const timeout = this.#timeoutOf(call);
    writeRequestHeader(view, PORT_MESSAGE_SIZE, allFlags, callId, bindingId, procNum, timeout);
    if (this.#options.objectUuid !== null) {
      writeObjectUuid(message, PORT_MESSAGE_SIZE, this.#options.objectUuid);
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
