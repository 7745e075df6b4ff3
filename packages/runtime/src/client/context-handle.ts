import { isRpcError, RpcError } from "../rpc-error.js";
import type { RpcStatusName } from "../rpc-status.js";
import type { Client } from "./client.js";

/**
 * A context handle: state that the server keeps for this client until it is closed or the connection ends. Generated
 * code has a class of its own for each type of handle; only generated clients make them.
 */
export abstract class ContextHandle {
  readonly client: Client;
  /** The handle on the wire: a GUID that the server chose. */
  readonly id: string;
  #closed = false;

  /** Throws RpcError if the server left a handle null that has to be live. */
  constructor(client: Client, id: string | null) {
    if (id === null) {
      throw new RpcError("RPC_X_SS_IN_NULL_CONTEXT", { details: "the server answered with a null handle" });
    }
    this.client = client;
    this.id = id;
  }

  /** True once the server has closed it, or the connection has ended; it can't be passed to a call any more. */
  get closed(): boolean {
    return this.#closed || this.client.connection.isClosed;
  }

  /** For generated code: the server answered with a null handle, or with another one. */
  markClosed(): void {
    this.#closed = true;
  }

  /**
   * For generated code: closes the handle as it goes out of scope. A server that is going or gone runs it down itself,
   * so that is no error, and hides none that is on its way.
   */
  protected async release(close: () => Promise<unknown>): Promise<void> {
    if (this.closed) {
      return;
    }
    try {
      await close();
    } catch (error) {
      if (!isRpcError(error) || !goingStatuses.has(error.status)) {
        throw error;
      }
    }
  }
}

const goingStatuses: ReadonlySet<RpcStatusName> = new Set([
  "RPC_S_SERVER_TOO_BUSY",
  "RPC_S_CALL_FAILED",
  "RPC_S_CALL_FAILED_DNE",
]);

/** What stands for a live handle of `client` on the wire. Throws RpcError. */
export function contextId(client: Client, handle: ContextHandle): string {
  if (!(handle instanceof ContextHandle) || handle.client !== client) {
    throw new RpcError("RPC_X_SS_HANDLES_MISMATCH");
  }
  if (handle.closed && !client.connection.isClosed) {
    throw new RpcError("RPC_X_SS_IN_NULL_CONTEXT", { details: "the handle was closed before" });
  }
  return handle.id;
}

/** The same of each in an array, where null stands for no handle. */
export function contextIds(client: Client, handles: readonly (ContextHandle | null)[]): (string | null)[] {
  return handles.map((handle) => (handle === null ? null : contextId(client, handle)));
}

/**
 * The handle that an [in, out] parameter leaves behind: `handle` itself if the server kept it; else `handle` is
 * closed, and the server's new one is what `make` makes of it, or null.
 */
export function contextAfter<H extends ContextHandle>(
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

/** The same of each place in an array, as far as the server's goes. An [out] array leaves `handles` empty. */
export function contextsAfter<H extends ContextHandle>(
  handles: readonly (H | null)[] | null,
  ids: readonly (string | null)[],
  make: (id: string) => H,
): (H | null)[] {
  return ids.map((id, place) => contextAfter(handles?.[place] ?? null, id, make));
}
