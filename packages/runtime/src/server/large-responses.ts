import type { CommunicationPort, ReceivedMessage, View } from "@ncalrpc/alpc";
import type { Writer } from "@ncalrpc/ndr";
import { Features, type Hello } from "../protocol-lrpc/hello.js";
import { ResponseFlags } from "../protocol-lrpc/response.js";
import { RpcError } from "../rpc-error.js";
import { ApartResponses } from "./apart-responses.js";
import { sendLargeResponse } from "./large-response-message.js";
import { PulledResponses } from "./pulled-responses.js";
import { ResponseViews } from "./response-views.js";
import type { ReplyTo } from "./server-call.js";
import type { ServerState } from "./server-state.js";
import type { QuotaShare } from "./user-quota.js";
import { WaitingResponses } from "./waiting-responses.js";

/** Responses of one connection that are too long for a message: in sections, or written into the client's memory. */
export class LargeResponses {
  readonly #port: CommunicationPort;
  readonly #hello: Hello;
  readonly #server: ServerState;
  readonly #keepBusy: (sending: Promise<void>) => void;
  readonly #waiting: WaitingResponses;
  readonly #views: ResponseViews;
  readonly #apart: ApartResponses;
  readonly #pulled: PulledResponses;

  /**
   * `quota` is that of octets that wait. `keepBusy` has the connection count a response as in flight until it has gone out; its promise never
   * rejects.
   */
  constructor(
    port: CommunicationPort,
    hello: Hello,
    server: ServerState,
    quota: QuotaShare,
    keepBusy: (sending: Promise<void>) => void,
  ) {
    this.#port = port;
    this.#hello = hello;
    this.#server = server;
    this.#keepBusy = keepBusy;
    this.#waiting = new WaitingResponses(server.limits.maxBytesWaiting, quota);
    this.#views = new ResponseViews(port, this.#waiting);
    this.#apart = new ApartResponses(port, this.#views, this.#waiting, server.flush);
    this.#pulled = new PulledResponses(port, this.#waiting);
  }

  /**
   * Sends what `writer` holds, at once or when the client has taken enough of what it was sent before. True if the writer's
   * memory stays in use until the server gets it back; what goes wrong by then goes to `onFailure`. Throws RpcError.
   */
  send(replyTo: ReplyTo, writer: Writer, onFailure: (error: RpcError) => void): boolean {
    const { length } = writer;
    const finish = (sending: Promise<void>) =>
      this.#keepBusy(
        sending.catch((error: unknown) => onFailure(RpcError.from(error, "RPC_S_OUT_OF_RESOURCES"))),
      );
    if ((this.#hello.features & Features.APART) !== 0 && this.#apart.canSend(writer)) {
      const sealed = this.#apart.sealedView(writer);
      if (sealed !== null || !this.#needsPull(length)) {
        const rest = this.#apart.send(replyTo, writer, sealed);
        if (rest !== null) {
          finish(rest);
        }
        return false;
      }
    }
    if (length <= this.#port.maxViewSize) {
      return this.#sendInView(replyTo, writer, finish);
    }
    if (!this.#needsPull(length)) {
      throw new RpcError("RPC_S_OUT_OF_RESOURCES", {
        details: `the response has ${length} octets, and a section of this connection holds ${this.#port.maxViewSize}`,
      });
    }
    this.#keepBusy(this.#pulled.offer(replyTo, writer));
    return false;
  }

  /** Answers a pull: see PulledResponses. */
  pull(callId: number, replyTo: ReplyTo, entry: ReceivedMessage["dataEntries"][number]): Promise<void> {
    return this.#pulled.pull(callId, replyTo, entry);
  }

  clear(): void {
    this.#pulled.clear();
  }

  /** Whether the client is to offer memory for that much, since no section holds it. */
  #needsPull(length: number): boolean {
    return (
      length > this.#port.maxViewSize &&
      this.#port.allowsDirectMemory &&
      (this.#hello.features & Features.DIRECT) !== 0
    );
  }

  /** True if the writer stays in use until then. */
  #sendInView(replyTo: ReplyTo, writer: Writer, finish: (sending: Promise<void>) => void): boolean {
    const { length } = writer;
    const view = this.#views.allocate(length);
    if (!(view instanceof Promise)) {
      this.#sendView(replyTo, writer, view);
      return false;
    }
    const sending = this.#views
      .hold(length, view)
      .then((allocated) => this.#sendView(replyTo, writer, allocated))
      .finally(() => this.#server.writers.give(writer));
    finish(sending);
    return true;
  }

  #sendView(replyTo: ReplyTo, writer: Writer, view: View): void {
    if (this.#port.isClosed) {
      view.release();
      return;
    }
    writer.copyTo(view.bytes, 0);
    sendLargeResponse(this.#port, replyTo, ResponseFlags.VIEW_PRESENT, writer.length, view);
  }
}
