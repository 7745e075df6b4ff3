import type { Reader, Writer } from "@ncalrpc/ndr";
import type { OpenPipe, OutgoingPipe } from "../pipes/pipe.js";
import { callWithPipes, type PipedResult } from "./call-with-pipes.js";
import type { ClientConnection } from "./client-connection.js";
import { type ContextHandle, contextAfter, contextId, contextIds, contextsAfter } from "./context-handle.js";
import type { CallOptions } from "./pending-call.js";

/** An interface that was bound on a connection. */
export interface ClientBinding {
  readonly connection: ClientConnection;
  readonly bindingId: number;
  /** The connection was made for this client and ends with it. */
  readonly ownsConnection: boolean;
}

/** @internal What a client calls through, for SyncClient alone. */
export let bindingOf: (client: Client) => ClientBinding;

/** What generated clients extend. */
export abstract class Client implements AsyncDisposable {
  static {
    bindingOf = (client) => client.#binding;
  }

  readonly #binding: ClientBinding;

  constructor(binding: ClientBinding) {
    this.#binding = binding;
  }

  /** The connection that the calls go through. */
  get connection(): ClientConnection {
    return this.#binding.connection;
  }

  /** Closes the connection if it was made for this client; calls in flight reject with RPC_S_CALL_FAILED. */
  async close(): Promise<void> {
    if (this.#binding.ownsConnection) {
      this.#binding.connection.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Calls a procedure: `write` encodes the request, `read` decodes the response. */
  protected call<Q, S>(
    opnum: number,
    request: Q,
    write: (writer: Writer, request: Q) => void,
    read: (reader: Reader) => S,
    options: CallOptions | undefined,
  ): Promise<S> {
    const { connection, bindingId } = this.#binding;
    return connection.call(bindingId, opnum, request, write, read, options);
  }

  /** The same for a procedure with pipes: `ins` are sent, and `openOuts` opens what is read, each in their order. */
  protected callWithPipes<Q, S, P>(
    opnum: number,
    request: Q,
    write: (writer: Writer, request: Q) => void,
    read: (reader: Reader) => S,
    ins: readonly OutgoingPipe[],
    openOuts: (open: OpenPipe) => P,
    options: CallOptions | undefined,
  ): Promise<PipedResult<S, P>> {
    return callWithPipes(this.#binding, opnum, request, write, read, ins, openOuts, options);
  }

  /** The same for a [maybe] procedure: resolves when the request is on its way, and what becomes of it nobody hears. */
  protected async callMaybe<Q>(
    opnum: number,
    request: Q,
    write: (writer: Writer, request: Q) => void,
    options: CallOptions | undefined,
  ): Promise<void> {
    const call = this.call(opnum, request, write, readNothing, options);
    call.catch(() => {});
    // What can't be sent has failed by now.
    await Promise.race([call, undefined]);
  }

  protected contextId(handle: ContextHandle): string {
    return contextId(this, handle);
  }

  protected contextIds(handles: readonly (ContextHandle | null)[]): (string | null)[] {
    return contextIds(this, handles);
  }

  protected contextAfter<H extends ContextHandle>(
    handle: H | null,
    id: string | null,
    make: (id: string) => H,
  ): H | null {
    return contextAfter(handle, id, make);
  }

  protected contextsAfter<H extends ContextHandle>(
    handles: readonly (H | null)[] | null,
    ids: readonly (string | null)[],
    make: (id: string) => H,
  ): (H | null)[] {
    return contextsAfter(handles, ids, make);
  }
}

/** Stands in for the writer of a request without [in] parameters, or of a response without results. */
export function writeNothing(_writer: Writer, _value: unknown): void {}

/** Stands in for the reader of a procedure without results. */
export function readNothing(_reader: Reader): void {}
