import type { Reader, Writer } from "@ncalrpc/ndr";
import { RpcError } from "../rpc-error.js";
import type { ClientConnection } from "./client-connection.js";
import { ContextHandle } from "./context-handle.js";
import type { CallOptions } from "./pending-call.js";

/** An interface that was bound on a connection. */
export interface ClientBinding {
  readonly connection: ClientConnection;
  readonly bindingId: number;
  /** The connection was made for this client and ends with it. */
  readonly ownsConnection: boolean;
}

/** What generated clients extend. */
export abstract class Client implements AsyncDisposable {
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

  /** What stands for a live handle of this client on the wire. Throws RpcError. */
  protected contextId(handle: ContextHandle): string {
    if (!(handle instanceof ContextHandle) || handle.client !== this) {
      throw new RpcError("RPC_X_SS_HANDLES_MISMATCH");
    }
    if (handle.closed && !this.connection.isClosed) {
      throw new RpcError("RPC_X_SS_IN_NULL_CONTEXT", { details: "the handle was closed before" });
    }
    return handle.id;
  }

  /**
   * The handle that an [in, out] parameter leaves behind: `handle` itself if the server kept it; else `handle` is
   * closed, and the server's new one is what `make` makes of it, or null.
   */
  protected contextAfter<H extends ContextHandle>(
    handle: H | null,
    id: string | null,
    make: (id: string) => H,
  ): H | null {
    if (handle !== null && handle.id === id) {
      return handle;
    }
    handle?.markClosed();
    return id === null ? null : make(id);
  }
}

/** Stands in for the writer of a request without [in] parameters, or of a response without results. */
export function writeNothing(_writer: Writer, _value: unknown): void {}

/** Stands in for the reader of a procedure without results. */
export function readNothing(_reader: Reader): void {}
