import type { Token } from "@ncalrpc/security";
import type { RegisteredInterface } from "../server/registered-interface.js";
import type { ServerState } from "../server/server-state.js";
import { forgetOldest } from "./control-message.js";
import { pooledBindingId } from "./pooled-binding-id.js";
import { PooledConnection } from "./pooled-connection.js";
import type { SealedLender } from "./sealed-lender.js";
import type { Upstream } from "./upstream.js";
import { WorkerPort } from "./worker-port.js";

/** A client as a worker knows it. */
export interface WorkerClient {
  readonly connection: PooledConnection;
  /** Whom it acts as, by `modifiedId` in the thread that owns the ports. */
  readonly tokens: Map<number, Token>;
}

/** The clients that a worker has been told of. */
export class WorkerClients {
  readonly #interfaces: readonly RegisteredInterface[];
  readonly #state: ServerState;
  readonly #upstream: Upstream;
  readonly #lender: SealedLender;
  readonly #clients = new Map<number, WorkerClient>();

  constructor(
    interfaces: readonly RegisteredInterface[],
    state: ServerState,
    upstream: Upstream,
    lender: SealedLender,
  ) {
    this.#interfaces = interfaces;
    this.#state = state;
    this.#upstream = upstream;
    this.#lender = lender;
  }

  get(connection: number): WorkerClient | undefined {
    return this.#clients.get(connection);
  }

  /** A client may call from now on, or act as one more token. */
  admit(id: number, tokenId: number, token: Token): void {
    const known = this.#clients.get(id);
    if (known !== undefined) {
      forgetOldest(known.tokens);
      known.tokens.set(tokenId, token);
      return;
    }
    const connection = new PooledConnection(
      new WorkerPort(id, token, this.#upstream),
      this.#state,
      this.#lender,
    );
    for (const [index, offered] of this.#interfaces.entries()) {
      for (const syntax of ["ndr20", "ndr64"] as const) {
        connection.bindings.set(pooledBindingId(index, syntax), { offered, syntax });
      }
    }
    this.#clients.set(id, { connection, tokens: new Map([[tokenId, token]]) });
  }

  /** A client is gone. */
  dismiss(id: number): void {
    this.#clients.get(id)?.connection.close();
    this.#clients.delete(id);
  }

  /** All of them are as good as gone. */
  close(): void {
    for (const { connection } of this.#clients.values()) {
      connection.close();
    }
  }
}
