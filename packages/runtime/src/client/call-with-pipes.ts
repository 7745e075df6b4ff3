import type { Reader, Writer } from "@ncalrpc/ndr";
import { watchAbort } from "../abort-watch.js";
import { drainPipes, type OpenPipe, type OutgoingPipe, readPipe, writePipes } from "../pipes/pipe.js";
import type { PipeReceiver } from "../pipes/pipe-receiver.js";
import type { PipeTable } from "../pipes/pipe-table.js";
import { RpcError } from "../rpc-error.js";
import type { TransferSyntaxName } from "../transfer-syntax.js";
import type { ClientBinding } from "./client.js";
import type { CallOptions, CallPipes } from "./pending-call.js";

/** A call's result, and its [out] pipes. */
export interface PipedResult<S, P> {
  readonly response: S;
  readonly pipes: P;
}

/**
 * Calls a procedure with pipes. They travel beside request and response, the [out] pipes for as long as someone takes from
 * them; to a server that does not know that, all at once within them.
 */
export async function callWithPipes<Q, S, P>(
  { connection, bindingId }: ClientBinding,
  opnum: number,
  request: Q,
  write: (writer: Writer, request: Q) => void,
  read: (reader: Reader) => S,
  ins: readonly OutgoingPipe[],
  openOuts: (open: OpenPipe) => P,
  options: CallOptions | undefined,
): Promise<PipedResult<S, P>> {
  const table = connection.pipes;
  if (table === null) {
    const drained = await drainPipes(ins);
    const writeAll = (writer: Writer, given: Q): void => {
      write(writer, given);
      writePipes(writer, drained);
    };
    const readAll = (reader: Reader): PipedResult<S, P> => {
      const pipes = openOuts((each) => readPipe(reader, each));
      return { pipes, response: read(reader) };
    };
    return await connection.call(bindingId, opnum, request, writeAll, readAll, options);
  }
  const streams = new CallStreams(table, connection.syntax, ins, openOuts);
  try {
    const call = connection.call(bindingId, opnum, request, write, read, options, streams);
    const response = await Promise.race([call, streams.failed]);
    const pipes = await streams.opened;
    streams.answered();
    streams.watch(options?.signal);
    return { response, pipes };
  } catch (error) {
    streams.cancel(RpcError.from(error));
    throw error;
  }
}

/** The pipes of one call while they travel. */
class CallStreams<P> implements CallPipes {
  /** Resolves when the request has been sent. */
  readonly opened: Promise<P>;
  /** Rejects if a source of an [in] pipe does, and never resolves. */
  readonly failed: Promise<never>;
  readonly #table: PipeTable;
  readonly #syntax: TransferSyntaxName;
  readonly #ins: readonly OutgoingPipe[];
  readonly #openOuts: (open: OpenPipe) => P;
  readonly #receivers: Pick<PipeReceiver<unknown>, "cancel">[] = [];
  /** [out] pipes of which more may come. */
  #receiving = 0;
  /** Gives up the places that are kept for [out] pipes until the request is sent. */
  #unclaim: () => void;
  #unwatch: () => void = () => {};
  #onOpened: (pipes: P) => void = () => {};
  #onFailed: (error: unknown) => void = () => {};
  #callId = 0;

  /** Throws RpcError if the connection has too many pipes: nothing has been sent then. */
  constructor(
    table: PipeTable,
    syntax: TransferSyntaxName,
    ins: readonly OutgoingPipe[],
    openOuts: (open: OpenPipe) => P,
  ) {
    this.#table = table;
    this.#syntax = syntax;
    this.#ins = ins;
    this.#openOuts = openOuts;
    this.#unclaim = table.claim(countPipes(openOuts));
    this.opened = new Promise((resolve) => {
      this.#onOpened = resolve;
    });
    this.failed = new Promise((_, reject) => {
      this.#onFailed = reject;
    });
    // Whoever races against it may have stopped listening.
    this.failed.catch(() => {});
  }

  begin(callId: number): void {
    this.#callId = callId;
    this.#release();
    const call = { callId, syntax: this.#syntax };
    this.#onOpened(
      this.#openOuts((read) => {
        const place = this.#ins.length + this.#receivers.length;
        const receiver = this.#table.open(call, place, read, () => this.#received());
        this.#receivers.push(receiver);
        this.#receiving++;
        return receiver;
      }),
    );
    for (const [i, pipe] of this.#ins.entries()) {
      const ended = new RpcError("RPC_X_PIPE_CLOSED", { details: "the client's end of the pipe failed" });
      this.#table.send(call, i, pipe, 0, () => ended).catch(this.#onFailed);
    }
  }

  /** The server has answered: it takes no more, unless it goes on to send. */
  answered(): void {
    if (this.#receivers.length === 0) {
      this.#endIns(null);
    }
  }

  #endIns(reason: RpcError | null): void {
    for (const i of this.#ins.keys()) {
      this.#table.stop(this.#callId, i, reason);
    }
  }

  /** Gives up all. A handler that waits for more of an [in] pipe waits no longer. */
  cancel(error: RpcError): void {
    this.#release();
    this.#endIns(error);
    for (const receiver of this.#receivers) {
      receiver.cancel(error);
    }
  }

  /** Has a signal that aborts after the response end the [out] pipes too. */
  watch(signal: AbortSignal | undefined): void {
    if (signal === undefined || this.#receiving === 0) {
      return;
    }
    const onAbort = (): void => this.cancel(new RpcError("RPC_S_CALL_CANCELLED", { cause: signal.reason }));
    if (signal.aborted) {
      onAbort();
      return;
    }
    this.#unwatch = watchAbort(signal, onAbort);
  }

  #received(): void {
    if (--this.#receiving === 0) {
      this.#unwatch();
    }
  }

  #release(): void {
    this.#unclaim();
    this.#unclaim = () => {};
  }
}

/** How many pipes `openOuts` opens. */
function countPipes(openOuts: (open: OpenPipe) => unknown): number {
  let pipes = 0;
  openOuts(() => {
    pipes++;
    return noPipe;
  });
  return pipes;
}

const noPipe: AsyncIterable<never> = {
  async *[Symbol.asyncIterator]() {},
};
