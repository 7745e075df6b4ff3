import { randomUUID } from "node:crypto";
import { reportRundownError } from "../diagnostics.js";
import { RpcError } from "../rpc-error.js";
import { Context } from "./context.js";
import type { RegisteredInterface } from "./registered-interface.js";
import type { QuotaShare } from "./user-quota.js";

/**
 * The context handles of one connection. A handle is a random GUID that works on this connection, for the interface
 * and the type that it was made for, and nowhere else; every failure looks the same from outside.
 */
export class ContextTable {
  readonly #quota: QuotaShare;
  readonly #limit: number;
  readonly #onRundown: (rundown: Promise<void>) => void;
  readonly #byId = new Map<string, Context>();
  readonly #byState = new Map<object, Context>();

  /** `onRundown` is told of each rundown that begins; it never rejects. */
  constructor(quota: QuotaShare, limit: number, onRundown: (rundown: Promise<void>) => void) {
    this.#quota = quota;
    this.#limit = limit;
    this.#onRundown = onRundown;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** What is behind a handle. Throws RpcError: RPC_X_SS_CONTEXT_MISMATCH. */
  find(owner: RegisteredInterface, typeName: string, id: string): Context {
    const context = this.#byId.get(id);
    if (context === undefined || context.interface !== owner || context.typeName !== typeName) {
      throw new RpcError("RPC_X_SS_CONTEXT_MISMATCH");
    }
    return context;
  }

  /** The handle of a state, made when it is first seen. Throws RpcError: RPC_S_OUT_OF_RESOURCES at a limit; the state is run down then. */
  id(owner: RegisteredInterface, typeName: string, state: object): string {
    const known = this.#byState.get(state);
    if (known !== undefined && known.interface === owner && known.typeName === typeName) {
      return known.id;
    }
    if (known !== undefined) {
      throw new RpcError("RPC_S_INTERNAL_ERROR", {
        details: `one object was returned as ${known.typeName} and as ${typeName}`,
      });
    }
    if (typeof state !== "object" && typeof state !== "function") {
      throw new RpcError("RPC_S_INTERNAL_ERROR", {
        details: `a ${typeof state} was returned as ${typeName}`,
      });
    }
    const context = new Context(randomUUID(), owner, typeName, state);
    try {
      this.#takePlace();
    } catch (error) {
      // The handler has let go of the state, and no client will ever hold it.
      this.#onRundown(runDown(context));
      throw error;
    }
    this.#byId.set(context.id, context);
    this.#byState.set(state, context);
    return context.id;
  }

  /** Forgets a handle that its handler has closed. */
  close(owner: RegisteredInterface, typeName: string, id: string): void {
    this.#remove(this.find(owner, typeName, id));
  }

  /** Runs one handle down: its reply could not be delivered. */
  abandon(id: string): void {
    const context = this.#byId.get(id);
    if (context !== undefined) {
      this.#remove(context);
      this.#onRundown(runDown(context));
    }
  }

  /** Runs all handles down: the client is gone. */
  clear(): void {
    for (const context of [...this.#byId.values()]) {
      this.#remove(context);
      this.#onRundown(runDown(context));
    }
  }

  #takePlace(): void {
    if (this.#byId.size >= this.#limit) {
      throw new RpcError("RPC_S_OUT_OF_RESOURCES", {
        details: `the connection has ${this.#limit} context handles`,
      });
    }
    this.#quota.take();
  }

  #remove(context: Context): void {
    this.#byId.delete(context.id);
    this.#byState.delete(context.state);
    this.#quota.give();
  }
}

/** A rundown that fails is the server's own business: it is reported, and no client learns of it. */
function runDown({ interface: owner, state, typeName }: Context): Promise<void> {
  return Promise.resolve()
    .then(() => owner.rundown(state, typeName))
    .catch((error: unknown) => reportRundownError(owner.name, typeName, error));
}
