import { type CommunicationPort, MessageType, PORT_MESSAGE_SIZE } from "@ncalrpc/alpc";
import type { Writer } from "@ncalrpc/ndr";
import {
  MAX_PIPE_ABORT_SIZE,
  PIPE_HEADER_SIZE,
  PipeMessageType,
  writePipeAbort,
  writePipeEnd,
  writePipeHeader,
} from "../protocol-lrpc/pipe.js";
import { RpcError } from "../rpc-error.js";
import { makeWriter, type TransferSyntaxName } from "../transfer-syntax.js";
import type { EncodedChunk } from "./pipe.js";
import type { PipeCall } from "./pipe-table.js";

const HEADROOM = PORT_MESSAGE_SIZE + PIPE_HEADER_SIZE;

/** Sends the messages of one pipe. */
export class PipeChannel {
  readonly syntax: TransferSyntaxName;
  readonly #port: CommunicationPort;
  readonly #callId: number;
  readonly #pipe: number;

  constructor(port: CommunicationPort, { callId, syntax }: PipeCall, pipe: number) {
    this.syntax = syntax;
    this.#port = port;
    this.#callId = callId;
    this.#pipe = pipe;
  }

  /** Octets of stub data in one message. */
  get room(): number {
    return this.#port.maxPayload - PIPE_HEADER_SIZE;
  }

  /**
   * Sends the elements of a chunk from `start` on, as many as fit but `count` at most, and returns the octets and the
   * elements. Throws what the encoder throws, and RpcError for an element that no message holds.
   */
  sendChunk(chunk: EncodedChunk, start: number, count: number): { octets: number; count: number } {
    const writer = makeWriter(this.syntax, { headroom: HEADROOM });
    for (let sent = count; ; sent = Math.floor(sent / 2)) {
      writer.reset(HEADROOM);
      chunk.write(writer, start, start + sent);
      if (writer.length <= this.room) {
        this.#send(writer, false);
        return { octets: writer.length, count: sent };
      }
      if (sent <= 1) {
        throw new RpcError("RPC_S_OUT_OF_RESOURCES", {
          details: `an element of a pipe has ${writer.length} octets, and a message holds ${this.room}`,
        });
      }
    }
  }

  sendEnd(): void {
    this.#send(makeWriter(this.syntax, { headroom: HEADROOM }), true);
  }

  sendPull(octets: number): void {
    const message = Buffer.alloc(PORT_MESSAGE_SIZE + PIPE_HEADER_SIZE);
    const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
    writePipeHeader(view, PORT_MESSAGE_SIZE, PipeMessageType.PULL, this.#callId, this.#pipe, octets);
    this.#sendMessage(message, message.length);
  }

  sendAbort({ status, details }: RpcError): void {
    const message = Buffer.alloc(PORT_MESSAGE_SIZE + MAX_PIPE_ABORT_SIZE);
    const size = writePipeAbort(message, PORT_MESSAGE_SIZE, this.#callId, this.#pipe, status, details);
    this.#sendMessage(message, PORT_MESSAGE_SIZE + size);
  }

  #send(writer: Writer, isLast: boolean): void {
    writer.flatten();
    const { storage, length } = writer;
    const view = new DataView(storage.buffer, storage.byteOffset, storage.byteLength);
    writePipeHeader(view, PORT_MESSAGE_SIZE, PipeMessageType.DATA, this.#callId, this.#pipe, 0);
    if (isLast) {
      writePipeEnd(view, PORT_MESSAGE_SIZE);
    }
    this.#sendMessage(storage, HEADROOM + length);
  }

  #sendMessage(message: Buffer, length: number): void {
    if (!this.#port.isClosed) {
      this.#port.send(MessageType.DATAGRAM, message, length, 0, 0);
    }
  }
}
