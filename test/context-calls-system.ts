import { setTimeout as delay } from "node:timers/promises";
import type { Kernel } from "@ncalrpc/alpc";
import { createLoopbackKernel } from "@ncalrpc/alpc/loopback";
import { isRpcError, type RegisterOptions, RpcServer, type RpcServerOptions } from "@ncalrpc/runtime";
import { type Handlers, States, type StatesClient } from "./context-calls-interface.js";

/** A state that knows how many calls use it. */
export class State implements Disposable {
  users = 0;
  mostUsers = 0;
  uses = 0;
  rundowns = 0;
  usersAtRundown = 0;

  use(milliseconds: number, signal?: AbortSignal): Promise<number> {
    const options = signal === undefined ? {} : { signal };
    return this.useUntil(delay(milliseconds, undefined, options).catch(() => {}));
  }

  async useUntil(done: Promise<void>): Promise<number> {
    this.users++;
    this.mostUsers = Math.max(this.mostUsers, this.users);
    await done;
    this.users--;
    return ++this.uses;
  }

  [Symbol.dispose](): void {
    this.rundowns++;
    this.usersAtRundown = this.users;
  }
}

export const asState = (state: object): State => {
  if (!(state instanceof State)) {
    throw new Error("not a state");
  }
  return state;
};

/** A server of the interface, and clients of it, over loopback ports unless told otherwise. */
export class System implements AsyncDisposable {
  readonly states: State[] = [];
  readonly server: RpcServer;
  readonly clients: StatesClient[] = [];
  readonly #kernel: Kernel;

  constructor(
    handlers: Partial<Handlers> = {},
    options: RegisterOptions<Handlers> = {},
    limits: RpcServerOptions["limits"] = {},
    kernel: Kernel = createLoopbackKernel(),
  ) {
    this.#kernel = kernel;
    this.server = new RpcServer({ endpoint: "states", kernel, limits });
    this.server.register(
      States,
      {
        open: () => this.make(),
        use: (state, call) => asState(state).use(2, call.signal),
        useBoth: async (one, other) => {
          await Promise.all([asState(one).use(1), asState(other).use(2)]);
          return 0;
        },
        openBoth: () => ({ one: this.make(), other: this.make(), value: -1 }),
        ping: () => 7,
        write: () => 0,
        ...handlers,
      },
      options,
    );
  }

  make(): State {
    const state = new State();
    this.states.push(state);
    return state;
  }

  async connect(): Promise<StatesClient> {
    const client = await States.connect("ncalrpc:[states]", { kernel: this.#kernel });
    this.clients.push(client);
    return client;
  }

  async open(client: StatesClient, count: number): Promise<string[]> {
    return await Promise.all(Array.from({ length: count }, async () => (await client.open()) ?? ""));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.clients.map((client) => client.close()));
    await this.server.close();
  }
}

export function outcomeOf(call: Promise<number>): Promise<number | string> {
  return call.catch((error: unknown) => (isRpcError(error) ? error.status : String(error)));
}
