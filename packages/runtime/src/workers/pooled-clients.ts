import type { Token } from "@ncalrpc/security";
import { forgetOldest, type PlainToken, toPlainToken } from "./control-message.js";
import { leastLoaded } from "./least-loaded.js";
import type { WorkerThread } from "./worker-thread.js";

/** A client whose calls workers run. */
export interface PooledClient {
  /** Tokens of its that the workers know, by `modifiedId`. */
  readonly tokens: Map<number, PlainToken>;
  /** The worker that holds the state behind its context handles, from 1 on; 0 as long as there is none. */
  home: number;
  /** Calls of its that workers have. */
  calls: number;
}

/** The clients that workers know of, and where their context handles are. */
export class PooledClients {
  readonly #threads: readonly WorkerThread[];
  readonly #clients = new Map<number, PooledClient>();

  constructor(threads: readonly WorkerThread[]) {
    this.#threads = threads;
  }

  /** Every worker knows of a client, and of whom it acts as, before the first of its calls can be taken. */
  introduce(connection: number, caller: Token): PooledClient {
    const tokenId = caller.modifiedId;
    let client = this.#clients.get(connection);
    if (client === undefined) {
      client = { tokens: new Map(), home: 0, calls: 0 };
      this.#clients.set(connection, client);
    }
    if (!client.tokens.has(tokenId)) {
      const token = toPlainToken(caller);
      forgetOldest(client.tokens);
      client.tokens.set(tokenId, token);
      for (const thread of this.#threads) {
        thread.say({ kind: "client", connection, tokenId, token });
      }
    }
    return client;
  }

  /** Tells a new worker of all of them. */
  introduceAll(thread: WorkerThread): void {
    for (const [connection, { tokens }] of this.#clients) {
      for (const [tokenId, token] of tokens) {
        thread.say({ kind: "client", connection, tokenId, token });
      }
    }
  }

  /** A client is gone: workers run down what it has left. */
  forget(connection: number): void {
    if (this.#clients.delete(connection)) {
      for (const thread of this.#threads) {
        thread.say({ kind: "gone", connection });
      }
    }
  }

  /** Where a client's context handles are, or will be: with the worker that has the fewest clients. */
  homeOf(client: PooledClient): number {
    if (client.home === 0) {
      const homes = Array.from(this.#clients.values(), ({ home }) => home);
      client.home = leastLoaded(this.#threads, homes);
    }
    return client.home;
  }

  /** A worker is no more, and nor are the handles that it had. */
  evict(worker: number): void {
    for (const client of this.#clients.values()) {
      if (client.home === worker) {
        client.home = 0;
      }
    }
  }
}
