import type { Reader } from "@ncalrpc/ndr";
import { PIPE_WINDOW } from "../protocol-lrpc/pipe.js";
import { RpcError } from "../rpc-error.js";
import type { TransferSyntaxName } from "../transfer-syntax.js";
import type { ReadChunk } from "./pipe.js";
import type { PipeChannel } from "./pipe-channel.js";

/** What a connection does with a pipe that it receives. */
export interface IncomingPipe {
  readonly syntax: TransferSyntaxName;
  /** Decodes a message of `octets`. Throws RpcError for more than was pulled, and what the decoder throws. */
  receive(reader: Reader, octets: number): void;
  /** No more will come. */
  end(): void;
  fail(error: RpcError): void;
}

/**
 * A pipe as a program receives it: the chunks of each message as they came, decoded. It can be iterated once. What the
 * program has not taken yet is at most the window, since the sender waits to be pulled.
 */
export class PipeReceiver<T> implements IncomingPipe, AsyncIterableIterator<T> {
  readonly #channel: PipeChannel;
  readonly #read: ReadChunk<T>;
  readonly #onEnd: () => void;
  /** Messages, of which the first has lost the chunks that were taken. */
  readonly #queue: { readonly chunks: T[]; readonly octets: number }[] = [];
  /** Octets that have come and have not been pulled again. */
  #held = 0;
  #taken = 0;
  #outcome: "open" | "ended" | RpcError = "open";
  #waiting: { resolve: (result: IteratorResult<T, undefined>) => void; reject: (error: RpcError) => void }[] =
    [];

  /** `onEnd` is called when nothing more is to be received. */
  constructor(channel: PipeChannel, read: ReadChunk<T>, onEnd: () => void) {
    this.#channel = channel;
    this.#read = read;
    this.#onEnd = onEnd;
  }

  get syntax(): TransferSyntaxName {
    return this.#channel.syntax;
  }

  receive(reader: Reader, octets: number): void {
    if (this.#outcome !== "open") {
      return;
    }
    this.#held += octets;
    if (this.#held > PIPE_WINDOW + this.#channel.room) {
      throw new RpcError("RPC_S_PROTOCOL_ERROR", { details: "a pipe has more data than was pulled" });
    }
    const chunks: T[] = [];
    while (reader.remaining > 0) {
      const chunk = this.#read(reader);
      if (chunk === null) {
        throw new RpcError("RPC_X_PIPE_DISCIPLINE_ERROR", { details: "an empty chunk within a pipe" });
      }
      chunks.push(chunk);
    }
    if (chunks.length > 0) {
      this.#queue.push({ chunks, octets });
      this.#serve();
    }
  }

  end(): void {
    this.#finish("ended");
  }

  fail(error: RpcError): void {
    this.#finish(error);
  }

  /** Lets a sender begin that waits to be pulled. */
  pullFirst(): void {
    this.#channel.sendPull(PIPE_WINDOW);
  }

  /** Ends it from this side, if it is not over: the sender is told to stop. */
  cancel(error: RpcError): void {
    if (this.#outcome === "open") {
      this.#channel.sendAbort(error);
      this.#finish(error);
    }
  }

  next(): Promise<IteratorResult<T, undefined>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#serve();
    });
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#queue.length = 0;
    if (this.#outcome === "open") {
      this.#channel.sendAbort(new RpcError("RPC_X_PIPE_CLOSED", { details: "the receiver wants no more" }));
      this.#finish("ended");
    }
    this.#outcome = "ended";
    return done;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #finish(outcome: "ended" | RpcError): void {
    if (this.#outcome === "open") {
      this.#outcome = outcome;
      this.#onEnd();
      this.#serve();
    }
  }

  /** Hands what is there to whoever waits for it. */
  #serve(): void {
    while (this.#waiting.length > 0) {
      const [message] = this.#queue;
      if (message !== undefined) {
        const value = message.chunks.shift();
        if (message.chunks.length === 0) {
          this.#queue.shift();
          this.#pull(message.octets);
        }
        if (value !== undefined) {
          this.#waiting.shift()?.resolve({ done: false, value });
        }
      } else if (this.#outcome === "open") {
        return;
      } else if (this.#outcome === "ended") {
        this.#waiting.shift()?.resolve(done);
      } else {
        this.#waiting.shift()?.reject(this.#outcome);
        // As of any generator: after an error it is over.
        this.#outcome = "ended";
      }
    }
  }

  /** Pulls as much as was taken, by the half window. */
  #pull(octets: number): void {
    this.#taken += octets;
    if (this.#outcome === "open" && this.#taken >= PIPE_WINDOW / 2) {
      this.#channel.sendPull(this.#taken);
      this.#held -= this.#taken;
      this.#taken = 0;
    }
  }
}

const done: IteratorResult<never, undefined> = { done: true, value: undefined };
