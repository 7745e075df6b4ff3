import { setTimeout as delay } from "node:timers/promises";
import { defaultKernel, type Kernel } from "@ncalrpc/alpc";
import { createLoopbackKernel } from "@ncalrpc/alpc/loopback";
import {
  currentUser,
  isRpcError,
  RpcError,
  RpcServer,
  RpcStatus,
  type ServerLimits,
  type TransferSyntaxName,
} from "@ncalrpc/runtime";
import { describe, expect, it } from "vitest";
import { asking } from "./dist/conversation-handlers.js";
import {
  Conversation,
  type ConversationCallbackHandlers,
  ConversationCallbacks,
  type ConversationHandlers,
} from "./dist/gen/conversation.js";
import { statusOf } from "./runtime-suite.js";

const kernels: [string, () => Kernel, TransferSyntaxName][] = [
  ["the system's kernel", defaultKernel, "ndr20"],
  ["the system's kernel, in NDR64", defaultKernel, "ndr64"],
  ["loopback", createLoopbackKernel, "ndr20"],
];

let servers = 0;

describe.each(kernels)("callbacks over %s", (_, makeKernel, transferSyntax) => {
  const kernel = makeKernel();
  const options = { kernel, transferSyntax };

  async function serve(limits: Partial<ServerLimits> = {}) {
    const late: Promise<string>[] = [];
    const endpoint = `callbacks-${process.pid}-${++servers}`;
    const server = new RpcServer({ endpoint, allow: [currentUser()], kernel, limits });
    server.register(Conversation, handlers(late));
    await server.listen();
    return { server, late, binding: `ncalrpc:[${endpoint}]` };
  }

  const answers: ConversationCallbackHandlers = {
    add: (left, right) => left + right,
    wait: async (milliseconds) => void (await delay(milliseconds)),
    fill: (length) => ({ data: new Uint8Array(length).fill(7) }),
  };

  it("come to the client's handlers, many in one call and in many calls", async () => {
    const { server, binding } = await serve();
    await using _server = server;
    await using client = await Conversation.connect(binding, { ...options, callbacks: answers });
    expect(await client.ask(10)).toBe(55);
    expect(await Promise.all([1, 2, 3, 4].map((times) => client.ask(times)))).toEqual([1, 3, 6, 10]);
    expect(await client.fetch(30_000)).toBe(30_000);
  });

  it("bring the client's errors to the server, and of others than RPC's only that they happened", async () => {
    const { server, binding } = await serve();
    await using _server = server;
    const failing = (error: unknown): ConversationCallbackHandlers => ({
      ...answers,
      add: () => {
        throw error;
      },
    });
    const asked = async (error: unknown): Promise<RpcError> => {
      await using client = await Conversation.connect(binding, { ...options, callbacks: failing(error) });
      const thrown: unknown = await client.ask(1).catch((reason: unknown) => reason);
      if (!isRpcError(thrown)) throw thrown;
      return thrown;
    };
    const refused = await asked(new RpcError("RPC_S_INVALID_ARG", { details: "not today" }));
    expect([refused.status, refused.details]).toEqual(["RPC_S_INVALID_ARG", "not today"]);
    const failed = await asked(new Error("secret"));
    expect([failed.status, failed.details]).toEqual(["RPC_S_CALL_FAILED", null]);
  });

  it("are refused by a client without handlers, and after the call", async () => {
    const { server, binding, late } = await serve();
    await using _server = server;
    await using client = await Conversation.connect(binding, options);
    expect(await statusOf(client.ask(1))).toBe("RPC_S_UNKNOWN_IF");
    await client.tooLate();
    expect(await Promise.all(late)).toEqual(["RPC_S_NO_CALL_ACTIVE"]);
  });

  it("end at their timeout, the server's if they have none", async () => {
    const { server, binding } = await serve({ callbackTimeout: 60 });
    await using _server = server;
    await using client = await Conversation.connect(binding, { ...options, callbacks: answers });
    const start = performance.now();
    expect(await client.hurry(30)).toBe(RpcStatus.RPC_S_TIMEOUT);
    expect(await client.hurry(0)).toBe(RpcStatus.RPC_S_TIMEOUT);
    expect(await client.hurry(0xffff_ffff), "a timeout that the wire has no room for").toBe(
      RpcStatus.RPC_S_INVALID_ARG,
    );
    expect(performance.now() - start).toBeLessThan(1_000);
    expect(await client.ping(1)).toBe(1);
  });

  it("fail with their call, and with their client", async () => {
    const { server, binding } = await serve();
    await using _server = server;
    await using client = await Conversation.connect(binding, { ...options, callbacks: answers });
    const start = performance.now();
    // Server and client give up at the same time: either may be heard first.
    const outcome = await client
      .flood(3, { timeout: 50 })
      .catch((error: unknown) => statusOf(Promise.reject(error)));
    expect([3, "RPC_S_TIMEOUT"]).toContain(outcome);
    expect(performance.now() - start).toBeLessThan(5_000);
    const other = await Conversation.connect(binding, { ...options, callbacks: answers });
    const flooded = statusOf(other.flood(3));
    await delay(20);
    await other.close();
    expect(await flooded).toBe("RPC_S_CALL_FAILED");
    expect(await client.ping(2)).toBe(2);
  });

  it("of clients that never answer are few, and keep nobody waiting", async () => {
    const { server, binding } = await serve({ maxCallbacks: 4, callbackTimeout: 100 });
    await using _server = server;
    const hole: ConversationCallbackHandlers = { ...answers, wait: () => new Promise(() => {}) };
    const holes = await Promise.all(
      Array.from({ length: 20 }, () => Conversation.connect(binding, { ...options, callbacks: hole })),
    );
    await using bystander = await Conversation.connect(binding, { ...options, callbacks: answers });
    // Each may have four outstanding, timed out or not: the first call takes them, the second finds none left.
    expect(await Promise.all(holes.map((client) => client.flood(10)))).toEqual(holes.map(() => 4));
    expect(await Promise.all(holes.map((client) => client.flood(10)))).toEqual(holes.map(() => 0));
    const times: number[] = [];
    for (let i = 0; i < 51; i++) {
      const start = performance.now();
      expect(await bystander.ask(2)).toBe(3);
      times.push(performance.now() - start);
    }
    // One that waited for a hole would take its timeout.
    expect(times.sort((a, b) => a - b)[25]).toBeLessThan(100);
    for (const client of holes) await client.close();
  });

  it("are not needed for [maybe] calls, which are over when they are sent", async () => {
    const { server, binding, late } = await serve();
    await using _server = server;
    await using client = await Conversation.connect(binding, options);
    const start = performance.now();
    await client.note(7);
    expect(performance.now() - start).toBeLessThan(450);
    await expect(client.note(Number.NaN)).rejects.toThrow("RPC_X_BAD_STUB_DATA");
    await client.ping(1);
    expect(await Promise.all(late)).toEqual(["7"]);
  });

  it("are too long beyond a message", async () => {
    const { server, binding } = await serve();
    await using _server = server;
    await using client = await Conversation.connect(binding, { ...options, callbacks: answers });
    expect(await statusOf(client.fetch(1_000_000))).toBe("RPC_S_OUT_OF_RESOURCES");
    expect(await client.ping(3)).toBe(3);
  });
});

function handlers(late: Promise<string>[]): ConversationHandlers {
  return {
    ...asking,
    tooLate(call) {
      late.push(delay(10).then(() => statusOf(new ConversationCallbacks(call).add(1, 1))));
    },
    count: refuse,
    emit: refuse,
    double: refuse,
    first: refuse,
    giveThenFail: refuse,
    emitters: refuse,
    async note(value) {
      late.push(Promise.resolve(`${value}`));
      await delay(500);
      throw new Error("which nobody hears");
    },
  };
}

function refuse(): never {
  throw new Error("not of interest here");
}
