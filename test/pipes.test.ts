import { getEventListeners } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { defaultKernel, type Kernel } from "@ncalrpc/alpc";
import { createLoopbackKernel } from "@ncalrpc/alpc/loopback";
import { currentUser, RpcServer, type RpcServerOptions, type TransferSyntaxName } from "@ncalrpc/runtime";
import { describe, expect, it } from "vitest";
import { Conversation, type ConversationClient, type ConversationHandlers } from "./dist/gen/conversation.js";
import { statusOf } from "./runtime-suite.js";

const kernels: [string, () => Kernel, TransferSyntaxName][] = [
  ["the system's kernel", defaultKernel, "ndr20"],
  ["the system's kernel, in NDR64", defaultKernel, "ndr64"],
  ["loopback", createLoopbackKernel, "ndr20"],
];

const MIB = 1024 * 1024;

let servers = 0;

describe.each(kernels)("pipes over %s", (_, makeKernel, transferSyntax) => {
  const kernel = makeKernel();

  async function serve({
    validateResults = false,
    limits = {},
  }: {
    readonly validateResults?: boolean;
    readonly limits?: RpcServerOptions["limits"];
  } = {}) {
    const endpoint = `pipes-${process.pid}-${++servers}`;
    const server = new RpcServer({ endpoint, allow: [currentUser()], kernel, limits });
    server.register(Conversation, handlers(), { validateResults });
    await server.listen();
    const client = await Conversation.connect(`ncalrpc:[${endpoint}]`, { kernel, transferSyntax });
    return {
      client,
      async [Symbol.asyncDispose]() {
        await client.close();
        await server.close();
      },
    };
  }

  it("carry what is longer than any message, in the order of its chunks", async () => {
    await using system = await serve();
    const chunks = [new Uint8Array(3 * MIB).fill(1), new Uint8Array(0), Uint8Array.of(1, 2, 3)];
    expect(await system.client.count(chunks, 2)).toBe(BigInt(2 * (3 * MIB + 3)));
    const { data, announced } = await system.client.emit(5 * MIB, 100_000);
    expect(announced).toBe(5 * MIB);
    let at = 0;
    for await (const chunk of data) {
      for (const octet of chunk) if (octet !== at++ % 251) throw new Error(`octet ${at - 1} is ${octet}`);
    }
    expect(at).toBe(5 * MIB);
  });

  it("go both ways at a time", async () => {
    await using system = await serve({ validateResults: true });
    let answered = 0;
    async function* samples() {
      for (let id = 0; id < 50; id++) {
        yield [{ id, at: BigInt(id) }];
        // The first results come back long before the last sample is made.
        if (id === 40) while (answered < 10) await delay(1);
      }
    }
    const { doubled } = await system.client.double(samples());
    const ids: number[] = [];
    for await (const chunk of doubled) {
      answered += chunk.length;
      ids.push(...chunk.map(({ id }) => id));
    }
    expect(ids).toEqual(Array.from({ length: 50 }, (_unused, id) => 2 * id));
  });

  it("flow no faster than they are taken", async () => {
    await using system = await serve();
    const { data } = await system.client.emit(64 * MIB, 10_000);
    let taken = 0;
    for await (const chunk of data) {
      taken += chunk.length;
      if (taken % 1_000_000 < chunk.length) {
        await delay(1);
        const { given } = await system.client.emitters();
        expect(Number(given) - taken).toBeLessThan(MIB);
      }
      if (taken > 5_000_000) break;
    }
    await expectIdle(system.client);
    let made = 0;
    async function* endless() {
      for (;;) {
        made++;
        yield new Uint8Array(10_000);
      }
    }
    expect(await system.client.first(endless())).toBeGreaterThan(0);
    const before = made;
    expect(made * 10_000).toBeLessThan(MIB);
    await delay(20);
    expect(made).toBe(before);
  });

  it("end with the errors of their sources", async () => {
    await using system = await serve();
    const { data } = await system.client.giveThenFail(3);
    let chunks = 0;
    const read = async (): Promise<void> => {
      for await (const _chunk of data) chunks++;
    };
    expect(await statusOf(read())).toBe("RPC_S_CALL_FAILED");
    expect(chunks).toBe(3);
    async function* failing() {
      yield new Uint8Array(10);
      throw new RangeError("no more");
    }
    await expect(system.client.count(failing(), 1)).rejects.toThrow(RangeError);
    expect(await system.client.ping(5)).toBe(5);
  });

  it("end when the caller gives up, before the response and after it", async () => {
    await using system = await serve();
    async function* stuck() {
      yield new Uint8Array(10);
      await new Promise(() => {});
    }
    expect(await statusOf(system.client.count(stuck(), 1, { timeout: 30 }))).toBe("RPC_S_TIMEOUT");
    const controller = new AbortController();
    const { data } = await system.client.emit(64 * MIB, 10_000, { signal: controller.signal });
    const iterator = data[Symbol.asyncIterator]();
    await iterator.next();
    controller.abort();
    const drain = async (): Promise<void> => {
      while ((await iterator.next()).done !== true);
    };
    expect(await statusOf(drain())).toBe("RPC_S_CALL_CANCELLED");
    await expectIdle(system.client);
  });

  it("end in the server, too, when the caller gives up, so that its calls are over", async () => {
    await using system = await serve({ limits: { maxCalls: 2 } });
    async function* stuck() {
      yield new Uint8Array(10);
      await new Promise(() => {});
    }
    for (let i = 0; i < 4; i++) {
      expect(await statusOf(system.client.count(stuck(), 1, { timeout: 10 }))).toBe("RPC_S_TIMEOUT");
    }
    expect(await system.client.ping(5)).toBe(5);
  });

  it("leave nothing on the caller's signal when they are over", async () => {
    await using system = await serve();
    const { signal } = new AbortController();
    for (let i = 0; i < 3; i++) {
      const { data } = await system.client.emit(1000, 100, { signal });
      for await (const chunk of data) expect(chunk.length).toBe(100);
    }
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("share one listener on the caller's signal with all other calls", async () => {
    await using system = await serve();
    const controller = new AbortController();
    const { signal } = controller;
    const calls = Array.from({ length: 20 }, () => system.client.emit(64 * MIB, 10_000, { signal }));
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    const streams = await Promise.all(calls);
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    controller.abort();
    for (const { data } of streams) {
      const drain = async (): Promise<void> => {
        for await (const chunk of data) expect(chunk.length).toBe(10_000);
      };
      expect(await statusOf(drain())).toBe("RPC_S_CALL_CANCELLED");
    }
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("are refused before anything is sent if too many are open", async () => {
    await using system = await serve({ limits: { maxCalls: 5000 } });
    async function* stuck() {
      await new Promise(() => {});
      yield [];
    }
    for (let open = 0; open < 4096; open += 256) {
      await Promise.all(Array.from({ length: 256 }, () => system.client.double(stuck())));
    }
    expect(await statusOf(system.client.emit(64 * MIB, 10_000))).toBe("RPC_S_OUT_OF_RESOURCES");
    await delay(20);
    expect((await system.client.emitters()).running).toBe(0);
    expect(await system.client.ping(5)).toBe(5);
  });

  it("end with the connection", async () => {
    await using system = await serve();
    const { data } = await system.client.emit(64 * MIB, 10_000);
    const drain = async (): Promise<void> => {
      for await (const _chunk of data) await system.client.close();
    };
    expect(await statusOf(drain())).toBe("RPC_S_CALL_FAILED");
  });
});

async function expectIdle(client: ConversationClient): Promise<void> {
  for (let i = 0; i < 100 && (await client.emitters()).running > 0; i++) await delay(5);
  expect((await client.emitters()).running).toBe(0);
}

function handlers(): ConversationHandlers {
  let given = 0;
  let running = 0;
  const refuse = (): never => {
    throw new Error("not of interest here");
  };
  async function* emit(total: number, piece: number) {
    running++;
    let sent = 0;
    try {
      while (sent < total) {
        const chunk = new Uint8Array(Math.min(piece, total - sent));
        for (let i = 0; i < chunk.length; i++) chunk[i] = (sent + i) % 251;
        sent += chunk.length;
        given += chunk.length;
        yield chunk;
      }
    } finally {
      running--;
      given -= sent;
    }
  }
  return {
    ask: refuse,
    hurry: refuse,
    flood: refuse,
    tooLate: refuse,
    fetch: refuse,
    ping: (value) => value,
    async count(data, factor) {
      let count = 0;
      for await (const chunk of data) count += chunk.length;
      return BigInt(count) * BigInt(factor);
    },
    emit: (total, piece) => ({ data: emit(total, piece), announced: total }),
    double(samples) {
      async function* doubled() {
        for await (const chunk of samples) yield chunk.map(({ id, at }) => ({ id: 2 * id, at }));
      }
      return { doubled: doubled() };
    },
    async first(data) {
      for await (const chunk of data) return chunk.length;
      return 0;
    },
    giveThenFail(after) {
      async function* broken() {
        for (let i = 0; i < after; i++) yield Uint8Array.of(i);
        throw new Error("secret");
      }
      return { data: broken() };
    },
    note: refuse,
    emitters: () => ({ given: BigInt(given), running }),
  };
}
