import { setTimeout as delay } from "node:timers/promises";
import { createLoopbackKernel } from "@ncalrpc/alpc/loopback";
import { isRpcError, type RegisterOptions, RpcServer, type RpcServerOptions } from "@ncalrpc/runtime";
import { type CallOptions, Client, defineInterface, type ServerCall } from "@ncalrpc/runtime/codegen-v1";
import { z } from "@ncalrpc/runtime/schema-v1";
import { describe, expect, it } from "vitest";

/** Random runs of the test at the end; NCALRPC_FUZZ says how many. */
const SEEDS = Number(process.env["NCALRPC_FUZZ"] ?? 40);

/** What the suite's interface does with states; all methods may answer later. */
interface Handlers {
  open(call: ServerCall): object | Promise<object>;
  use(state: object, call: ServerCall): number | Promise<number>;
  useBoth(one: object, other: object, call: ServerCall): number | Promise<number>;
  /** Two states, and a number that has to be encoded. */
  openBoth(): { one: object; other: object; value: number };
  ping(): number;
}

/** As the generator would have it, with two handles in one method. */
class StatesClient extends Client {
  open(): Promise<string | null> {
    return this.call(
      0,
      undefined,
      () => {},
      (r) => r.contextHandle(),
      undefined,
    );
  }

  use(id: string, options?: CallOptions): Promise<number> {
    return this.call(
      1,
      id,
      (w, handle) => w.contextHandle(handle),
      (r) => r.uint32(),
      options,
    );
  }

  useBoth(ids: readonly [string, string], options?: CallOptions): Promise<number> {
    return this.call(
      2,
      ids,
      (w, [one, other]) => {
        w.contextHandle(one);
        w.contextHandle(other);
      },
      (r) => r.uint32(),
      options,
    );
  }

  openBoth(): Promise<number> {
    return this.call(
      3,
      undefined,
      () => {},
      (r) => {
        r.contextHandle();
        r.contextHandle();
        return r.uint32();
      },
      undefined,
    );
  }

  ping(): Promise<number> {
    return this.call(
      4,
      undefined,
      () => {},
      (r) => r.uint32(),
      undefined,
    );
  }
}

const States = defineInterface({
  name: "States",
  uuid: "b1b5a6f4-3c38-4e0f-8a56-7f1f0c2d9e77",
  version: { major: 1, minor: 0 },
  endpoints: [],
  client: StatesClient,
  // No result of openBoth is right.
  schemas: async () => ({
    open: { request: z.unknown(), response: z.unknown() },
    openBoth: { request: z.unknown(), response: z.never() },
  }),
  methods: [
    {
      name: "open",
      opnum: 0,
      parameters: [],
      serve: (handlers: Handlers, _r, call) =>
        call.respond(handlers.open(call), (w, state) => w.contextHandle(call.contextId("STATE", state))),
    },
    {
      name: "use",
      opnum: 1,
      parameters: [],
      serve: (handlers: Handlers, r, call) =>
        call.respond(handlers.use(call.context("STATE", r.contextHandle()), call), (w, v) => w.uint32(v)),
    },
    {
      name: "useBoth",
      opnum: 2,
      parameters: [],
      serve: (handlers: Handlers, r, call) => {
        const [one, other] = [r.contextHandle(), r.contextHandle()];
        const result = handlers.useBoth(call.context("STATE", one), call.context("STATE", other), call);
        call.respond(result, (w, value) => w.uint32(value));
      },
    },
    {
      name: "openBoth",
      opnum: 3,
      parameters: [],
      serve: (handlers: Handlers, _r, call) =>
        call.respond(handlers.openBoth(), (w, result) => {
          const ids = [call.contextId("STATE", result.one), call.contextId("STATE", result.other)];
          for (const id of ids) {
            w.contextHandle(id);
          }
          w.uint32(result.value);
        }),
    },
    {
      name: "ping",
      opnum: 4,
      parameters: [],
      serve: (handlers: Handlers, _r, call) => call.respond(handlers.ping(), (w, value) => w.uint32(value)),
    },
  ],
});

/** A state that knows how many calls use it. */
class State implements Disposable {
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

class Gate {
  open: () => void = () => {};
  readonly opened = new Promise<void>((resolve) => {
    this.open = resolve;
  });
}

/** Waits until something is so; a test that waits in vain runs into its time. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    await delay(1);
  }
}

const asState = (state: object): State => {
  if (!(state instanceof State)) {
    throw new Error("not a state");
  }
  return state;
};

class System implements AsyncDisposable {
  readonly states: State[] = [];
  readonly server: RpcServer;
  readonly clients: StatesClient[] = [];
  readonly #kernel = createLoopbackKernel();

  constructor(
    handlers: Partial<Handlers> = {},
    options: RegisterOptions<Handlers> = {},
    limits: RpcServerOptions["limits"] = {},
  ) {
    this.server = new RpcServer({ endpoint: "states", kernel: this.#kernel, limits });
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

function outcomeOf(call: Promise<number>): Promise<number | string> {
  return call.catch((error: unknown) => (isRpcError(error) ? error.status : String(error)));
}

describe("calls on one context handle", () => {
  it("run one after the other, in order, while others go on", async () => {
    await using system = new System();
    await system.server.listen();
    const client = await system.connect();
    const [one = "", other = ""] = await system.open(client, 2);
    const order: string[] = [];
    const note = async (name: string, call: Promise<number>): Promise<number> => {
      const value = await call;
      order.push(name);
      return value;
    };
    const uses = Array.from({ length: 5 }, (_, i) => note(`one ${i}`, client.use(one)));
    const rest = [note("ping", client.ping()), note("other", client.use(other))];
    expect(await Promise.all(uses)).toEqual([1, 2, 3, 4, 5]);
    await Promise.all(rest);
    expect(order.filter((name) => name.startsWith("one"))).toEqual([0, 1, 2, 3, 4].map((i) => `one ${i}`));
    expect(order[0]).toBe("ping");
    expect(order.indexOf("other")).toBeLessThan(order.indexOf("one 4"));
    expect(system.states.map(({ mostUsers }) => mostUsers)).toEqual([1, 1]);
  });

  it("run at the same time where the server says so", async () => {
    await using system = new System({}, { concurrentContexts: true });
    await system.server.listen();
    const client = await system.connect();
    const [id = ""] = await system.open(client, 1);
    await Promise.all(Array.from({ length: 5 }, () => client.use(id)));
    expect(system.states[0]?.mostUsers).toBe(5);
  });

  it("that wait can be given up, and never run then", async () => {
    const gate = new Gate();
    await using system = new System({ use: (state) => asState(state).useUntil(gate.opened) });
    await system.server.listen();
    const client = await system.connect();
    const [id = ""] = await system.open(client, 1);
    const controller = new AbortController();
    const running = client.use(id);
    const cancelled = outcomeOf(client.use(id, { signal: controller.signal }));
    const late = outcomeOf(client.use(id, { timeout: 10 }));
    const last = client.use(id);
    await until(() => system.states[0]?.users === 1);
    controller.abort();
    expect(await cancelled).toBe("RPC_S_CALL_CANCELLED");
    expect(await late).toBe("RPC_S_TIMEOUT");
    expect(await client.ping()).toBe(7);
    gate.open();
    expect([await running, await last]).toEqual([1, 2]);
  });

  it("that wait end with the connection, which is run down after the call that runs", async () => {
    const gate = new Gate();
    await using system = new System({ use: (state) => asState(state).useUntil(gate.opened) });
    await system.server.listen();
    const client = await system.connect();
    const [id = ""] = await system.open(client, 1);
    const calls = Array.from({ length: 4 }, () => outcomeOf(client.use(id)));
    const [state] = system.states;
    await until(() => state?.users === 1);
    await client.close();
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 4 }, () => "RPC_S_CALL_FAILED"));
    await until(() => system.server.connectionCount === 0);
    expect(state?.rundowns).toBe(0);
    gate.open();
    await until(() => state?.rundowns === 1);
    expect(state).toMatchObject({ uses: 1, rundowns: 1, usersAtRundown: 0, mostUsers: 1 });
  });

  it("that pass one handle twice, or two handles in either order, do not wait for each other for ever", async () => {
    await using system = new System();
    await system.server.listen();
    const client = await system.connect();
    const [one = "", other = ""] = await system.open(client, 2);
    const calls = [
      client.useBoth([one, one]),
      client.useBoth([one, other]),
      client.useBoth([other, one]),
      client.use(one),
      client.useBoth([other, other]),
      client.useBoth([one, other]),
    ];
    await Promise.all(calls);
    expect(system.states.map(({ users }) => users)).toEqual([0, 0]);
  });

  it("wait where the server asks whether they are allowed, too", async () => {
    await using system = new System({}, { authorize: async () => await delay(1, true) });
    await system.server.listen();
    const client = await system.connect();
    const [id = ""] = await system.open(client, 1);
    expect(await Promise.all(Array.from({ length: 20 }, () => client.use(id)))).toHaveLength(20);
    expect(system.states[0]).toMatchObject({ mostUsers: 1, uses: 20 });
  });
});

describe("states of a result that is not sent are run down", () => {
  it("if the rest of it can't be encoded", async () => {
    await using system = new System();
    await system.server.listen();
    const client = await system.connect();
    expect(await outcomeOf(client.openBoth())).toBe("RPC_S_CALL_FAILED");
    expect(system.states.map(({ rundowns }) => rundowns)).toEqual([1, 1]);
  });

  it("if it is not what the interface says", async () => {
    const openBoth = () => ({ one: system.make(), other: system.make(), value: 0 });
    await using system = new System({ openBoth }, { validateResults: true });
    await system.server.listen();
    const client = await system.connect();
    expect(await outcomeOf(client.openBoth())).toBe("RPC_S_CALL_FAILED");
    await delay(1);
    expect(system.states.map(({ rundowns }) => rundowns)).toEqual([1, 1]);
    expect(await client.open()).not.toBeNull();
  });

  it("if one of them is too many", async () => {
    const openBoth = () => ({ one: system.make(), other: system.make(), value: 0 });
    await using system = new System({ openBoth }, {}, { maxContexts: 1 });
    await system.server.listen();
    const client = await system.connect();
    expect(await outcomeOf(client.openBoth())).toBe("RPC_S_OUT_OF_RESOURCES");
    await delay(1);
    expect(system.states.map(({ rundowns }) => rundowns)).toEqual([1, 1]);
    expect(await client.open()).not.toBeNull();
  });
});

it(`random calls on handles (${SEEDS} seeds): one at a time, all answered, run down once and last`, async () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    let state = seed * 7919;
    const below = (limit: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return (state >>> 8) % limit;
    };
    const system = new System({
      use: (target, call) =>
        below(3) === 0 ? ++asState(target).uses : asState(target).use(below(3), call.signal),
    });
    await system.server.listen();
    const client = await system.connect();
    const ids = await system.open(client, 3);
    const pick = (): string => ids[below(ids.length)] ?? "";
    // In any order: calls that respected each other's places would wait for ever.
    const pickTwo = (): [string, string] => {
      const first = below(ids.length);
      return [ids[first] ?? "", ids[(first + 1 + below(2)) % ids.length] ?? ""];
    };
    const calls: Promise<number | string>[] = [];
    for (let i = 0; i < 30; i++) {
      const controller = new AbortController();
      const options = below(4) === 0 ? { signal: controller.signal } : undefined;
      calls.push(
        outcomeOf(below(3) === 0 ? client.useBoth(pickTwo(), options) : client.use(pick(), options)),
      );
      if (options !== undefined && below(2) === 0) {
        setTimeout(() => controller.abort(), below(4));
      }
      if (below(6) === 0) {
        await delay(below(2));
      }
    }
    const endsEarly = below(3) === 0;
    const outcomes = endsEarly ? [] : await Promise.all(calls);
    await client.close();
    await Promise.all(calls);
    await system.server.close();
    expect(
      outcomes.filter((o) => typeof o === "string" && o !== "RPC_S_CALL_CANCELLED"),
      `seed ${seed}`,
    ).toEqual([]);
    expect(
      system.states.map(
        ({ mostUsers, rundowns, usersAtRundown }) => mostUsers <= 1 && rundowns === 1 && usersAtRundown === 0,
      ),
      `seed ${seed}`,
    ).toEqual([true, true, true]);
  }
});
