import type { CommunicationPort, ReceivedMessage } from "@ncalrpc/alpc";
import type { ReaderLimits } from "@ncalrpc/ndr";
import {
  MAX_PIPES,
  PIPE_HEADER_SIZE,
  PipeMessageType,
  pipeHeader,
  readPipeDetails,
} from "../protocol-lrpc/pipe.js";
import { RpcError } from "../rpc-error.js";
import { Readers, type TransferSyntaxName } from "../transfer-syntax.js";
import type { OutgoingPipe, ReadChunk } from "./pipe.js";
import { PipeChannel } from "./pipe-channel.js";
import { type IncomingPipe, PipeReceiver } from "./pipe-receiver.js";
import { PipeSender } from "./pipe-sender.js";

/** Pipes that one side of a connection may have open to receive. */
const MAX_OPEN = 4096;

/** The call that a pipe belongs to. */
export interface PipeCall {
  readonly callId: number;
  readonly syntax: TransferSyntaxName;
}

/** The pipes of one connection, on either side. */
export class PipeTable {
  readonly #port: CommunicationPort;
  readonly #readers: Readers;
  readonly #senders = new Map<number, PipeSender>();
  readonly #receivers = new Map<number, IncomingPipe>();
  /** Pipes that the other side does not want, and that have not begun. */
  readonly #refused = new Set<number>();
  /** Pipes of calls that have not begun. */
  #claimed = 0;

  constructor(port: CommunicationPort, limits: ReaderLimits) {
    this.#port = port;
    this.#readers = new Readers(limits);
  }

  /** Whether a message of this type is for this table. */
  static takes(lrpcType: number): boolean {
    return (
      lrpcType === PipeMessageType.DATA ||
      lrpcType === PipeMessageType.PULL ||
      lrpcType === PipeMessageType.ABORT
    );
  }

  /**
   * Keeps places for the pipes that a call is going to receive, until what it returns is called, once. Throws RpcError if
   * too many are open.
   */
  claim(pipes: number): () => void {
    if (this.#receivers.size + this.#claimed + pipes > MAX_OPEN) {
      throw tooMany();
    }
    this.#claimed += pipes;
    return () => {
      this.#claimed -= pipes;
    };
  }

  /** Begins to receive; `onEnd` is called when nothing more is to come. Throws RpcError if too many pipes are open. */
  open<T>(call: PipeCall, pipe: number, read: ReadChunk<T>, onEnd: () => void = () => {}): PipeReceiver<T> {
    if (pipe >= MAX_PIPES || this.#receivers.size + this.#claimed >= MAX_OPEN) {
      throw tooMany();
    }
    const key = keyOf(call.callId, pipe);
    const channel = new PipeChannel(this.#port, call, pipe);
    const receiver = new PipeReceiver(channel, read, () => {
      this.#receivers.delete(key);
      onEnd();
    });
    this.#receivers.set(key, receiver);
    return receiver;
  }

  /** Sends all of a pipe, of which `credit` octets unasked; see PipeSender. */
  async send(
    call: PipeCall,
    pipe: number,
    outgoing: OutgoingPipe,
    credit: number,
    faultOf: (error: unknown) => RpcError,
  ): Promise<void> {
    const key = keyOf(call.callId, pipe);
    const sender = new PipeSender(new PipeChannel(this.#port, call, pipe), credit);
    if (this.#refused.delete(key) || this.#port.isClosed) {
      sender.stop(null);
    }
    this.#senders.set(key, sender);
    try {
      await sender.run(outgoing, faultOf);
    } finally {
      this.#senders.delete(key);
    }
  }

  /** Ends the sending of a pipe early; see PipeSender. */
  stop(callId: number, pipe: number, reason: RpcError | null): void {
    this.#senders.get(keyOf(callId, pipe))?.stop(reason);
  }

  /** A call has ended: what the other side said of pipes of it that never began is of no interest any more. */
  forget(callId: number): void {
    if (this.#refused.size > 0) {
      for (let pipe = 0; pipe < MAX_PIPES; pipe++) {
        this.#refused.delete(keyOf(callId, pipe));
      }
    }
  }

  /**
   * Takes a message. Those for pipes that have ended meanwhile come too late and are ignored. Throws RpcError for one that
   * breaks the protocol. `isOpen` knows the calls whose pipes may yet begin.
   */
  receive(
    message: ReceivedMessage,
    header: DataView,
    lrpcType: number,
    isOpen: (callId: number) => boolean,
  ): void {
    const { buffer, start, length } = message;
    if (length < PIPE_HEADER_SIZE) {
      throw new RpcError("RPC_S_PROTOCOL_ERROR", { details: "a message of a pipe is too short" });
    }
    const callId = pipeHeader.callId(header, start);
    const key = keyOf(callId, pipeHeader.pipe(header, start));
    if (lrpcType === PipeMessageType.PULL) {
      this.#senders.get(key)?.grant(pipeHeader.octets(header, start));
    } else if (lrpcType === PipeMessageType.ABORT) {
      const details = readPipeDetails(buffer, start, length);
      const error = new RpcError(pipeHeader.status(header, start), details === "" ? {} : { details });
      const sender = this.#senders.get(key);
      sender?.stop(null);
      this.#receivers.get(key)?.fail(error);
      if (sender === undefined && isOpen(callId)) {
        this.#refused.add(key);
      }
    } else {
      this.#receiveData(message, header, key);
    }
  }

  /** The connection has ended. */
  close(error: RpcError): void {
    for (const sender of this.#senders.values()) {
      sender.stop(null);
    }
    for (const receiver of [...this.#receivers.values()]) {
      receiver.fail(error);
    }
  }

  #receiveData({ buffer, start, length }: ReceivedMessage, header: DataView, key: number): void {
    const receiver = this.#receivers.get(key);
    if (receiver === undefined) {
      return;
    }
    const octets = length - PIPE_HEADER_SIZE;
    const reader = this.#readers.of(receiver.syntax);
    reader.attach(buffer, start + PIPE_HEADER_SIZE, octets);
    try {
      receiver.receive(reader, octets);
    } catch (error) {
      receiver.fail(RpcError.from(error, "RPC_X_BAD_STUB_DATA"));
      throw new RpcError("RPC_S_PROTOCOL_ERROR", { cause: error });
    }
    if (pipeHeader.isLast(header, start)) {
      receiver.end();
    }
  }
}

function tooMany(): RpcError {
  return new RpcError("RPC_S_OUT_OF_RESOURCES", { details: "too many pipes are open" });
}

/** Calls and pipes are numbered apart; both fit. */
function keyOf(callId: number, pipe: number): number {
  return callId * MAX_PIPES + (pipe % MAX_PIPES);
}
