import { setTimeout as delay } from "node:timers/promises";
import { RpcServer } from "@ncalrpc/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Conversation } from "./dist/gen/conversation.js";
import { Labour } from "./dist/gen/labour.js";
import { useEndpointDirectory } from "./dist/server-process.js";
import { kernels } from "./probe-servers.js";
import { statusOf } from "./runtime-suite.js";

const talk = new URL("./dist/conversation-handlers.js", import.meta.url);
const labour = new URL("./dist/labour-handlers.js", import.meta.url);
const binding = "ncalrpc:[workers-pipes]";

let directory: ReturnType<typeof useEndpointDirectory>;

beforeAll(() => {
  directory = useEndpointDirectory();
});

afterAll(() => directory[Symbol.dispose]());

describe.each(kernels)("what is special in workers, over %s ports", (_name, createKernel) => {
  const kernel = createKernel();

  async function serve() {
    const server = new RpcServer({ endpoint: binding, kernel, workers: 2 });
    server.register(Conversation, talk);
    server.register(Labour, labour, {
      validateResults: true,
      authorize: async ({ name }) => name !== "Labour.die",
    });
    await server.listen();
    const client = await Conversation.connect(binding, { kernel });
    return {
      server,
      client,
      async [Symbol.asyncDispose]() {
        await client.close();
        await server.close();
      },
    };
  }

  it("has pipes go with the request and the response", async () => {
    await using system = await serve();
    const chunks = [new Uint8Array(70_000).fill(1), new Uint8Array(0), Uint8Array.of(1, 2, 3)];
    expect(await system.client.count(chunks, 2)).toBe(140_006n);
    const { data, announced } = await system.client.emit(200_000, 30_000);
    let octets = 0;
    for await (const chunk of data) {
      octets += chunk.length;
    }
    expect([octets, announced]).toEqual([200_000, 200_000]);
  });

  it("takes notes that nobody waits for", async () => {
    await using system = await serve();
    await system.client.note(7);
    expect(await system.client.ping(5)).toBe(5);
  });

  it("asks `authorize` in the server's own thread, and checks results in the worker", async () => {
    await using system = await serve();
    await using client = await Labour.connect(binding, { kernel });
    expect(await statusOf(client.die())).toBe("RPC_S_ACCESS_DENIED");
    expect(await statusOf(client.fail(2))).toBe("RPC_S_CALL_FAILED");
    expect(await client.burn(0)).toBeGreaterThan(0);
    expect(system.server.connectionCount).toBe(2);
  });

  it("listens once, and not at all if it is closed while it starts", async () => {
    const server = new RpcServer({ endpoint: binding, kernel, workers: 1 }).register(Labour, labour);
    const first = server.listen();
    expect(await statusOf(server.listen())).toBe("RPC_S_ALREADY_LISTENING");
    await first;
    await server.close();
    const hasty = new RpcServer({ endpoint: binding, kernel, workers: 1 }).register(Labour, labour);
    const listening = statusOf(hasty.listen());
    await delay(1);
    await hasty.close();
    expect(await listening).toBe("RPC_S_CALL_CANCELLED");
    await using system = await serve();
    expect(await system.client.ping(1)).toBe(1);
  });

  it("leaves places to others when one client takes all it gets", async () => {
    const server = new RpcServer({ endpoint: binding, kernel, workers: 1, limits: { maxCalls: 2_000 } });
    server.register(Labour, labour);
    await server.listen();
    await using greedy = await Labour.connect(binding, { kernel });
    await using modest = await Labour.connect(binding, { kernel });
    const abort = new AbortController();
    const outcomes: string[] = [];
    const calls = Array.from({ length: 900 }, async () => {
      outcomes.push(await statusOf(greedy.sleep(60_000, { signal: abort.signal })));
    });
    while (outcomes.length < 900 - 512) {
      await delay(10);
    }
    expect(await modest.burn(0)).toBeGreaterThan(0);
    expect(outcomes).toEqual(Array.from({ length: 900 - 512 }, () => "RPC_S_SERVER_TOO_BUSY"));
    abort.abort();
    await Promise.all(calls);
    expect(outcomes.slice(900 - 512)).toEqual(Array.from({ length: 512 }, () => "RPC_S_CALL_CANCELLED"));
    await server.close();
  });
});
