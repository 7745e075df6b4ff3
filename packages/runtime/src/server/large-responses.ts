import {
  type CommunicationPort,
  MessageType,
  prepareOctets,
  type ReceivedMessage,
  releaseBytes,
  takeOctets,
  type View,
} from "@ncalrpc/alpc";
import type { Writer } from "@ncalrpc/ndr";
import { Features, type Hello } from "../protocol-lrpc/hello.js";
import { ResponseFlags } from "../protocol-lrpc/response.js";
import { RpcError } from "../rpc-error.js";
import { ApartResponses } from "./apart-responses.js";
import { formatLargeResponse, MAX_WAIT, MAX_WAITING } from "./large-response-message.js";
import type { ReplyTo } from "./server-call.js";
import type { ServerState } from "./server-state.js";

/** Responses of one connection that are too long for a message: in a section, or written into the client's memory. */
export class LargeResponses {
  readonly #port: CommunicationPort;
  readonly #hello: Hello;
  readonly #apart: ApartResponses;
  /** Stub data that the client has been told to pull, by call id. */
  readonly #waiting = new Map<number, { readonly data: Buffer; readonly timer: NodeJS.Timeout }>();

  /** `flush` has what is queued go out now. */
  constructor(port: CommunicationPort, hello: Hello, flush: () => void) {
    this.#port = port;
    this.#hello = hello;
    this.#apart = new ApartResponses(port, flush);
  }

  /**
   * Sends what `writer` holds. True if the writer's memory stays in use until the server gets it back; what goes wrong
   * by then goes to `onFailure`. Throws RpcError.
   */
  send(replyTo: ReplyTo, writer: Writer, server: ServerState, onFailure: (error: RpcError) => void): boolean {
    const { length } = writer;
    if ((this.#hello.features & Features.APART) !== 0 && this.#apart.canSend(writer)) {
      const sealed = this.#apart.sealedView(writer);
      if (sealed !== null || !this.#needsPull(length)) {
        this.#apart.send(replyTo, writer, sealed, onFailure);
        return false;
      }
    }
    if (length <= this.#port.maxViewSize) {
      const view = this.#port.allocateView(length);
      if (view instanceof Promise) {
        view
          .then((allocated) => this.#sendView(replyTo, writer, allocated))
          .catch((error: unknown) => onFailure(RpcError.from(error, "RPC_S_OUT_OF_RESOURCES")))
          .finally(() => server.writers.give(writer));
        return true;
      }
      this.#sendView(replyTo, writer, view);
      return false;
    }
    if (!this.#needsPull(length)) {
      throw new RpcError("RPC_S_OUT_OF_RESOURCES", {
        details: `the response has ${length} octets, and a section of this connection holds ${this.#port.maxViewSize}`,
      });
    }
    if (this.#waiting.size >= MAX_WAITING) {
      throw new RpcError("RPC_S_OUT_OF_RESOURCES", { details: `${MAX_WAITING} responses wait to be pulled` });
    }
    const data = takeOctets(length);
    prepareOctets(data);
    writer.copyTo(data, 0);
    const timer = setTimeout(() => this.#waiting.delete(replyTo.callId), MAX_WAIT).unref();
    this.#waiting.set(replyTo.callId, { data, timer });
    this.#sendHeader(replyTo, ResponseFlags.PULL, length);
    return false;
  }

  /** Answers a pull: writes a waiting response into memory that the client offers. Throws RpcError, AlpcError. */
  async pull(callId: number, replyTo: ReplyTo, entry: ReceivedMessage["dataEntries"][number]): Promise<void> {
    const waiting = this.#waiting.get(callId);
    if (waiting === undefined || entry.size < waiting.data.length) {
      throw new RpcError("RPC_S_PROTOCOL_ERROR", { details: "no response waits for this pull" });
    }
    this.#waiting.delete(callId);
    clearTimeout(waiting.timer);
    await this.#port.writePeerMemory(entry, waiting.data);
    releaseBytes(waiting.data);
    if (!this.#port.isClosed) {
      this.#sendHeader(replyTo, 0, 0);
    }
  }

  clear(): void {
    for (const { timer } of this.#waiting.values()) {
      clearTimeout(timer);
    }
    this.#waiting.clear();
  }

  /** Whether the client is to offer memory for that much, since no section holds it. */
  #needsPull(length: number): boolean {
    return (
      length > this.#port.maxViewSize &&
      this.#port.allowsDirectMemory &&
      (this.#hello.features & Features.DIRECT) !== 0
    );
  }

  #sendView(replyTo: ReplyTo, writer: Writer, view: View): void {
    if (this.#port.isClosed) {
      view.release();
      return;
    }
    writer.copyTo(view.bytes, 0);
    this.#sendHeader(replyTo, ResponseFlags.VIEW_PRESENT, writer.length, view);
  }

  #sendHeader({ messageId, callbackId, callId }: ReplyTo, flags: number, size: number, view?: View): void {
    const message = formatLargeResponse(callId, flags, size);
    this.#port.send(
      MessageType.REPLY,
      message,
      message.length,
      messageId,
      callbackId,
      view === undefined ? undefined : { view },
    );
  }
}
