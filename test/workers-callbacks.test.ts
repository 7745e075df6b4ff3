import { setTimeout as delay } from "node:timers/promises";
import { isRpcError, RpcServer, RpcStatus, type ServerLimits } from "@ncalrpc/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Conversation, type ConversationCallbackHandlers } from "./dist/gen/conversation.js";
import { Labour } from "./dist/gen/labour.js";
import { useEndpointDirectory } from "./dist/server-process.js";
import { kernels } from "./probe-servers.js";
import { statusOf } from "./runtime-suite.js";

const binding = "ncalrpc:[workers-callbacks]";
const answers: ConversationCallbackHandlers = {
  add: (left, right) => left + right,
  wait: async (milliseconds, call) => void (await delay(milliseconds, undefined, { signal: call.signal })),
  fill: (length) => ({ data: new Uint8Array(length).fill(7) }),
};

let directory: ReturnType<typeof useEndpointDirectory>;

beforeAll(() => {
  directory = useEndpointDirectory();
});

afterAll(() => directory[Symbol.dispose]());

describe.each(kernels)("callbacks of handlers in workers, over %s ports", (_name, createKernel) => {
  const kernel = createKernel();

  async function serve(workers: number, limits: Partial<ServerLimits> = {}): Promise<RpcServer> {
    const server = new RpcServer({ endpoint: binding, kernel, workers, limits });
    server.register(Conversation, new URL("./dist/conversation-handlers.js", import.meta.url));
    server.register(Labour, new URL("./dist/labour-handlers.js", import.meta.url));
    await server.listen();
    return server;
  }

  it.each(["ndr20", "ndr64"] as const)("come to the client's handlers in %s", async (transferSyntax) => {
    await using _server = await serve(2);
    const options = { kernel, transferSyntax, callbacks: answers };
    await using client = await Conversation.connect(binding, options);
    await using other = await Conversation.connect(binding, options);
    expect(await client.ask(10)).toBe(55);
    const asked = [1, 2, 3, 4].flatMap((times) => [client.ask(times), other.ask(times)]);
    expect(await Promise.all(asked)).toEqual([1, 1, 3, 3, 6, 6, 10, 10]);
    expect(await client.fetch(30_000)).toBe(30_000);
    expect(await statusOf(client.fetch(1_000_000))).toBe("RPC_S_OUT_OF_RESOURCES");
  });

  it("are refused by a client without handlers, and end at their timeout", async () => {
    await using _server = await serve(1, { callbackTimeout: 60 });
    await using without = await Conversation.connect(binding, { kernel });
    expect(await statusOf(without.ask(1))).toBe("RPC_S_UNKNOWN_IF");
    await using client = await Conversation.connect(binding, { kernel, callbacks: answers });
    expect(await client.hurry(30)).toBe(RpcStatus.RPC_S_TIMEOUT);
    expect(await client.hurry(0)).toBe(RpcStatus.RPC_S_TIMEOUT);
    expect(await client.ask(3)).toBe(6);
  });

  it("of clients that never answer are few", async () => {
    await using _server = await serve(2, { maxCallbacks: 4, callbackTimeout: 100 });
    const hole: ConversationCallbackHandlers = { ...answers, wait: () => new Promise(() => {}) };
    await using silent = await Conversation.connect(binding, { kernel, callbacks: hole });
    await using client = await Conversation.connect(binding, { kernel, callbacks: answers });
    // Whichever worker asks: the client has its share of callbacks once.
    expect(await silent.flood(10)).toBe(4);
    expect(await Promise.all([silent.flood(10), silent.flood(10)])).toEqual([0, 0]);
    expect(await client.ask(2)).toBe(3);
  });

  it("go to the client whose call it is, or to nobody", async () => {
    await using _server = await serve(2, { callbackTimeout: 100 });
    const strangers: number[] = [];
    const ask = async (id: number): Promise<void> => {
      const add = (left: number): number => {
        if (left !== id) strangers.push(left);
        return left;
      };
      await using client = await Conversation.connect(binding, { kernel, callbacks: { ...answers, add } });
      for (let round = 0; round < 15; round++) {
        const calls = Array.from({ length: 20 }, () => client.ask(id));
        expect(await Promise.all(calls)).toEqual(calls.map(() => id));
      }
      // What was not waited for does not count against the client's share for good.
      await expect.poll(() => client.fetch(1).catch(() => 0), { timeout: 5_000 }).toBe(1);
    };
    await Promise.all([ask(-1), ask(-2), ask(-3)]);
    expect(strangers).toEqual([]);
  });

  it("end with their worker, their client and their call", async () => {
    await using _server = await serve(1);
    await using killer = await Labour.connect(binding, { kernel });
    let deaths = 0;
    const add = async (left: number, right: number): Promise<number> => {
      if (right === 3 && deaths++ === 0) {
        await statusOf(killer.die());
      }
      return left + right;
    };
    await using client = await Conversation.connect(binding, { kernel, callbacks: { ...answers, add } });
    expect(await statusOf(client.ask(5))).toBe("RPC_S_CALL_FAILED");
    // The first callback of the next worker is not mixed up with the last one of the worker before it.
    expect(await client.ask(5)).toBe(15);
    const leaving = await Conversation.connect(binding, { kernel, callbacks: answers });
    const flooded = statusOf(leaving.flood(3));
    await delay(30);
    await leaving.close();
    expect(await flooded).toBe("RPC_S_CALL_FAILED");
    // Server and client give up at the same time: either may be heard first.
    const outcome = await client
      .flood(3, { timeout: 50 })
      .catch((error: unknown) => isRpcError(error) && error.status);
    expect([3, "RPC_S_TIMEOUT"]).toContain(outcome);
    expect(await client.ask(4)).toBe(10);
  });
});
