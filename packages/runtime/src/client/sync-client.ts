import type { Reader, Writer } from "@ncalrpc/ndr";
import { RpcError } from "../rpc-error.js";
import { bindingOf, type Client, type ClientBinding } from "./client.js";
import { type ContextHandle, contextAfter, contextId, contextIds, contextsAfter } from "./context-handle.js";
import type { CallOptions } from "./pending-call.js";

/** A signal can't abort while the thread is blocked. */
export type SyncCallOptions = Omit<CallOptions, "signal">;

/**
 * What the `sync` property of generated clients extends: the same methods, which block the thread until the server has
 * answered and throw RpcError. Nothing else of the thread runs meanwhile; what arrives for other calls of the connection
 * settles them, and goes on when the thread does. A server of this very thread could never answer and is refused, as is a
 * call from within a handler before its first await.
 */
export abstract class SyncClient {
  readonly #client: Client;
  readonly #binding: ClientBinding;

  constructor(client: Client) {
    this.#client = client;
    this.#binding = bindingOf(client);
  }

  protected call<Q, S>(
    opnum: number,
    request: Q,
    write: (writer: Writer, request: Q) => void,
    read: (reader: Reader) => S,
    options: SyncCallOptions | undefined,
  ): S {
    const { connection, bindingId } = this.#binding;
    return connection.callSync(bindingId, opnum, request, write, read, options);
  }

  /** For methods whose parameters are streams. */
  protected refuseStreams(method: string): never {
    throw new RpcError("RPC_S_CANNOT_SUPPORT", {
      details: `${method} has a pipe, whose chunks come from code that can't run while the thread is blocked`,
    });
  }

  protected contextId(handle: ContextHandle): string {
    return contextId(this.#client, handle);
  }

  protected contextIds(handles: readonly (ContextHandle | null)[]): (string | null)[] {
    return contextIds(this.#client, handles);
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
