import {
  type CommunicationPort,
  prepareOctets,
  type ReceivedMessage,
  releaseBytes,
  takeOctets,
} from "@ncalrpc/alpc";
import type { Writer } from "@ncalrpc/ndr";
import { ResponseFlags } from "../protocol-lrpc/response.js";
import { RpcError } from "../rpc-error.js";
import { sendLargeResponse } from "./large-response-message.js";
import type { ReplyTo } from "./server-call.js";
import type { WaitingResponses } from "./waiting-responses.js";

interface Pulled {
  readonly data: Buffer;
  /** It has been pulled, or the connection has ended. */
  readonly onTaken: () => void;
}

/** Responses of one connection that are written into the client's memory, which it offers when it is told how large they are. */
export class PulledResponses {
  readonly #port: CommunicationPort;
  readonly #waiting: WaitingResponses;
  /** Stub data that the client has been told to pull, by call id. */
  readonly #responses = new Map<number, Pulled>();

  constructor(port: CommunicationPort, waiting: WaitingResponses) {
    this.#port = port;
    this.#waiting = waiting;
  }

  /**
   * Tells the client to pull what `writer` holds, which is free again when this returns. Settles when it has been pulled, or
   * given up, and never rejects. Throws RpcError and AlpcError.
   */
  offer(replyTo: ReplyTo, writer: Writer): Promise<void> {
    const { callId } = replyTo;
    const { length } = writer;
    this.#waiting.enter(length);
    const data = this.#copy(writer);
    const taken = new Promise<void>((onTaken) => {
      this.#responses.set(callId, { data, onTaken });
    });
    // Who never pulls learns nothing: its call has had its reply.
    const over = this.#waiting
      .until(taken, () => this.#responses.delete(callId))
      .catch(() => {})
      .finally(() => this.#waiting.leave(length));
    sendLargeResponse(this.#port, replyTo, ResponseFlags.PULL, length);
    return over;
  }

  #copy(writer: Writer): Buffer {
    const { length } = writer;
    try {
      const data = takeOctets(length);
      prepareOctets(data);
      writer.copyTo(data, 0);
      return data;
    } catch (error) {
      this.#waiting.leave(length);
      throw error;
    }
  }

  /** Answers a pull: writes a waiting response into memory that the client offers. Throws RpcError, AlpcError. */
  async pull(callId: number, replyTo: ReplyTo, entry: ReceivedMessage["dataEntries"][number]): Promise<void> {
    const response = this.#responses.get(callId);
    if (response === undefined || entry.size < response.data.length) {
      throw new RpcError("RPC_S_PROTOCOL_ERROR", { details: "no response waits for this pull" });
    }
    this.#responses.delete(callId);
    try {
      await this.#port.writePeerMemory(entry, response.data);
    } finally {
      releaseBytes(response.data);
      response.onTaken();
    }
    if (!this.#port.isClosed) {
      sendLargeResponse(this.#port, replyTo, 0, 0);
    }
  }

  clear(): void {
    for (const { onTaken } of this.#responses.values()) {
      onTaken();
    }
    this.#responses.clear();
  }
}
