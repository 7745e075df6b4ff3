import type { Reader, Writer } from "@ncalrpc/ndr";
import {
  drainPipes,
  type EncodedChunk,
  type OutgoingPipe,
  type ReadChunk,
  readPipe,
  writePipes,
} from "../pipes/pipe.js";
import type { PipeReceiver } from "../pipes/pipe-receiver.js";
import type { PipeCall, PipeTable } from "../pipes/pipe-table.js";
import { PIPE_WINDOW } from "../protocol-lrpc/pipe.js";
import { RpcError } from "../rpc-error.js";

/** The pipes of one call in the server: beside its messages if the client asked for that, else within them. */
export class CallPipes {
  readonly #call: PipeCall;
  readonly #table: PipeTable | null;
  readonly #incoming: Pick<PipeReceiver<unknown>, "cancel">[] = [];
  #drained: readonly EncodedChunk[][] = [];
  #outgoing: readonly OutgoingPipe[] = [];

  /** `table` is null if pipes are within the messages. */
  constructor(call: PipeCall, table: PipeTable | null) {
    this.#call = call;
    this.#table = table;
  }

  /** Whether there are [out] pipes that are not within the response. */
  get isSending(): boolean {
    return this.#table !== null && this.#outgoing.length > 0;
  }

  /** The next [in] pipe. */
  incoming<T>(reader: Reader, read: ReadChunk<T>): AsyncIterable<T> {
    if (this.#table === null) {
      return readPipe(reader, read);
    }
    const receiver = this.#table.open(this.#call, this.#incoming.length, read);
    this.#incoming.push(receiver);
    receiver.pullFirst();
    return receiver;
  }

  /** Takes the [out] pipes of a result in, if they are to be within the response. */
  async prepare(outgoing: readonly OutgoingPipe[]): Promise<void> {
    this.#outgoing = outgoing;
    if (this.#table === null) {
      this.#drained = await drainPipes(outgoing);
    }
  }

  /** Writes what of the [out] pipes is within the response: it comes first (C706 14.3.10). */
  write(writer: Writer): void {
    if (this.#table === null) {
      writePipes(writer, this.#drained);
    }
  }

  /** Nothing more is received. */
  endIncoming(): void {
    for (const receiver of this.#incoming) {
      receiver.cancel(new RpcError("RPC_X_PIPE_CLOSED", { details: "the call was answered" }));
    }
  }

  /** There is no answer, so that there is nothing to send either. */
  abandon(): void {
    this.#outgoing = [];
    this.endIncoming();
  }

  /**
   * Sends the [out] pipes that are not within the response. Settles when they have been sent, or given up; until then the
   * handler may go on taking from the [in] pipes.
   */
  async send(faultOf: (error: unknown) => RpcError): Promise<void> {
    const table = this.#table;
    if (table === null) {
      return;
    }
    await Promise.allSettled(
      this.#outgoing.map((pipe, i) =>
        table.send(this.#call, this.#incoming.length + i, pipe, PIPE_WINDOW, faultOf),
      ),
    );
    this.endIncoming();
  }
}
