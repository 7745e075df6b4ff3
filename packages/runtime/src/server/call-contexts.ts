import { RpcError } from "../rpc-error.js";
import type { Context } from "./context.js";
import type { ContextTable } from "./context-table.js";
import type { RegisteredInterface } from "./registered-interface.js";
import type { ServerCall } from "./server-call.js";

/** Thrown through generated code by a call that waits for a context. */
export const WAITS = Symbol("the call waits for a context");

/** The context handles that one call passes: those that it uses, and those that it makes. */
export class CallContexts {
  readonly #call: ServerCall;
  readonly #owner: RegisteredInterface;
  readonly #table: ContextTable;
  /** Handles that exist only because of this call: run down if its answer can't be sent. */
  readonly #created: string[] = [];
  /** Contexts that no other call uses meanwhile. */
  #taken: Context[] = [];
  /** The context that the call waits for, and how it then begins anew. */
  #awaited: Context | null = null;
  #restart: (() => void) | null = null;
  #hasWaited = false;
  #failure: unknown = null;

  constructor(call: ServerCall, owner: RegisteredInterface, table: ContextTable) {
    this.#call = call;
    this.#owner = owner;
    this.#table = table;
  }

  /** Whether the call waits: its handler has not run. */
  get isWaiting(): boolean {
    return this.#awaited !== null;
  }

  /** The state behind a handle. Throws RpcError, and WAITS if another call comes first. */
  use(typeName: string, id: string): object {
    const context = this.#table.find(this.#owner, typeName, id);
    if (this.#owner.serializesContexts(typeName)) {
      this.#take(context);
    }
    return context.state;
  }

  /** The handle for a state, made when the object is first seen; null if it can't be made, which `check` then tells. */
  idOf(typeName: string, state: object): string | null {
    const before = this.#table.size;
    try {
      const id = this.#table.id(this.#owner, typeName, state);
      if (this.#table.size > before) {
        this.#created.push(id);
      }
      return id;
    } catch (error) {
      // Other states of the same result must become known too, to be run down with this call.
      this.#failure ??= error;
      return null;
    }
  }

  close(typeName: string, id: string): void {
    this.#table.close(this.#owner, typeName, id);
  }

  /** Throws if a handle of the result, which has been encoded, could not be made. */
  check(): void {
    if (this.#failure !== null) {
      throw this.#failure;
    }
  }

  /** How to begin again with decoding when it may be the call's turn. */
  restartWith(restart: () => void): void {
    this.#restart = restart;
  }

  /** It may be the call's turn with the context that it waits for. */
  resume(): void {
    queueMicrotask(() => {
      const restart = this.#restart;
      if (this.#awaited === null || restart === null) {
        return;
      }
      this.#restart = null;
      this.#hasWaited = true;
      if (this.#call.deadline <= performance.now()) {
        this.#call.fail(new RpcError("RPC_S_TIMEOUT"));
      } else {
        restart();
      }
    });
  }

  /** The call has ended. */
  end(): void {
    this.#awaited?.leave(this);
    this.#awaited = null;
    this.#leaveTaken();
  }

  /** Runs down what nobody will ever hold: the answer was not sent. */
  abandon(): void {
    for (const id of this.#created.splice(0)) {
      this.#table.abandon(id);
    }
  }

  #take(context: Context): void {
    if (context.take(this, this.#hasWaited)) {
      this.#taken.push(context);
      if (this.#awaited === context) {
        this.#awaited = null;
      }
      return;
    }
    // Whoever waits holds nothing and waits for one thing, so that no two calls wait for each other.
    const before = this.#awaited;
    this.#awaited = context;
    if (before !== context) {
      before?.leave(this);
    }
    this.#leaveTaken();
    throw WAITS;
  }

  #leaveTaken(): void {
    const taken = this.#taken;
    this.#taken = [];
    for (const context of taken) {
      context.leave(this);
    }
  }
}
