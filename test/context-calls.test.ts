import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { asState, outcomeOf, System } from "./context-calls-system.js";

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
