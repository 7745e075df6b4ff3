import { once } from "node:events";
import { createLoopbackKernel } from "@ncalrpc/alpc/loopback";
import { type ConnectOptions, RpcServer, type RpcServerOptions, releaseBytes } from "@ncalrpc/runtime";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { descriptorCloser } from "../packages/alpc/dist/linux/descriptor-closer.js";
import { census } from "../packages/alpc/test/census.js";
import { collectUntil } from "../packages/alpc/test/collect-garbage.js";
import { descriptorsClosed } from "../packages/alpc/test/descriptors.js";
import { startBulkServer, useBulkEndpoints } from "./bulk-system.js";
import { BulkService, checksum, makePattern, registerBulk } from "./dist/bulk-handlers.js";
import { Bulk, type BulkClient } from "./dist/gen/bulk.js";
import { grownBeyond } from "./process-growth.js";
import { statusOf } from "./runtime-suite.js";

const KiB = 1024;
const MiB = 1024 * KiB;
const SIZES = [0, 1, 16 * KiB, 63 * KiB, 64 * KiB, 300 * KiB, 512 * KiB + 1, MiB, 3 * MiB + 17, 20 * MiB + 1];

useBulkEndpoints();

interface BulkSystem {
  readonly binding: string;
  readonly options: ConnectOptions;
  close(): Promise<void> | void;
}

/** What holds over any kernel. */
function describeBulk(name: string, start: () => Promise<BulkSystem>): void {
  describe(`bulk over ${name}`, () => {
    let system: BulkSystem;
    let client: BulkClient;
    beforeAll(async () => {
      system = await start();
      client = await Bulk.connect(system.binding, system.options);
    });
    afterAll(async () => {
      await client.close();
      await system.close();
    });

    it.each(SIZES)("uploads %i octets among other parameters", async (length) => {
      const data = makePattern(length, 5);
      const answer = await client.upload("before", data, -1n);
      expect(answer).toEqual({ received: length, checksum: checksum(data), reply: "before", echo: -1n });
      expect(Buffer.compare(data, makePattern(length, 5))).toBe(0);
    });

    describe.each([
      ["sealed", true],
      ["ordinary", false],
    ])("%s memory", (_, sealed) => {
      it.each(SIZES)("downloads as %i octets: copied, seen, and into the caller's own", async (length) => {
        const wanted = makePattern(length, 9);
        const own = new Uint8Array(length + 100);
        for (const bytes of ["copy", "view", own] as const) {
          const { before, data, after } = await client.download(length, 9, sealed, { bytes });
          expect(before).toBe("seed 9");
          expect(after).toBe(BigInt(length) << 32n);
          expect(data?.length).toBe(length);
          expect(Buffer.compare(data ?? new Uint8Array(1), wanted)).toBe(0);
          if (bytes === own && length >= 64 * KiB) expect(data?.buffer).toBe(own.buffer);
        }
        expect(own.subarray(length).every((octet) => octet === 0)).toBe(true);
      });
    });

    it("echoes many at once, each its own", async () => {
      const arrays = Array.from({ length: 24 }, (_, i) => makePattern(100 * KiB + i * 150 * KiB, i));
      const replies = await Promise.all(arrays.map((data) => client.echo(data)));
      for (const [i, { reply }] of replies.entries()) {
        expect(Buffer.compare(reply ?? new Uint8Array(1), arrays[i] ?? new Uint8Array(1))).toBe(0);
      }
    });

    it("lets a caller write to what it got without harm to anyone but itself", async () => {
      const view = (await client.download(MiB, 3, true, { bytes: "view" })).data;
      view?.fill(0);
      const copy = (await client.download(MiB, 3, true)).data;
      expect(Buffer.compare(copy ?? new Uint8Array(1), makePattern(MiB, 3))).toBe(0);
      await using other = await Bulk.connect(system.binding, system.options);
      const theirs = (await other.download(MiB, 3, true, { bytes: "view" })).data;
      expect(Buffer.compare(theirs ?? new Uint8Array(1), makePattern(MiB, 3))).toBe(0);
      expect(view?.[5]).toBe(0);
    });

    it("takes an array that is too small for memory of its own instead", async () => {
      const small = new Uint8Array(MiB - 1);
      const { data } = await client.download(MiB, 4, false, { bytes: small });
      expect(Buffer.compare(data ?? new Uint8Array(1), makePattern(MiB, 4))).toBe(0);
      expect(small.every((octet) => octet === 0)).toBe(true);
    });

    it("uses memory again that was given back, and leaves alone what was not its own", async () => {
      const first = (await client.download(2 * MiB, 1, false)).data ?? new Uint8Array();
      const part = first.subarray(100);
      releaseBytes(first);
      expect([first.length, part.length]).toEqual([0, 0]);
      const own = makePattern(2 * MiB, 6);
      releaseBytes(own);
      expect(own.length).toBe(2 * MiB);
      const second = (await client.download(2 * MiB, 2, false)).data ?? new Uint8Array();
      const third = (await client.download(2 * MiB, 3, false)).data ?? new Uint8Array();
      expect(Buffer.compare(second, makePattern(2 * MiB, 2))).toBe(0);
      expect(Buffer.compare(third, makePattern(2 * MiB, 3))).toBe(0);
    });

    it("survives callers that give up in the middle", async () => {
      const data = makePattern(20 * MiB, 1);
      for (const timeout of [1, 2, 4, 8]) {
        const controller = new AbortController();
        setTimeout(() => controller.abort(), timeout);
        const outcomes = await Promise.allSettled([
          client.upload("", data, 0n, { timeout }),
          client.upload("", data, 0n, { signal: controller.signal }),
          client.download(20 * MiB, 1, false, { timeout }),
        ]);
        for (const { status, reason } of outcomes as { status: string; reason?: { status: string } }[]) {
          if (status === "rejected") expect(reason?.status).toMatch(/RPC_S_(TIMEOUT|CALL_CANCELLED)/);
        }
      }
      expect((await client.upload("", data, 7n)).checksum).toBe(checksum(data));
    });
  });
}

describeBulk("linux ports, across processes", async () => {
  const server = await startBulkServer({ endpoint: "bulk" });
  return { binding: "ncalrpc:[bulk]", options: {}, close: () => server[Symbol.dispose]() };
});

describeBulk("linux ports, across processes, in NDR64", async () => {
  const server = await startBulkServer({ endpoint: "bulk-wide" });
  return {
    binding: "ncalrpc:[bulk-wide]",
    options: { transferSyntax: "ndr64" },
    close: () => server[Symbol.dispose](),
  };
});

describeBulk("linux ports, requests borrowed", async () => {
  const server = await startBulkServer({ endpoint: "bulk-borrowed" }, "borrowed");
  return { binding: "ncalrpc:[bulk-borrowed]", options: {}, close: () => server[Symbol.dispose]() };
});

describeBulk("linux ports, requests seen in place", async () => {
  const server = await startBulkServer({ endpoint: "bulk-view" }, "view");
  return { binding: "ncalrpc:[bulk-view]", options: {}, close: () => server[Symbol.dispose]() };
});

describeBulk("small sections", async () => {
  const limits = { maxSectionSize: 128 * KiB, maxTotalSectionSize: 100 * MiB };
  const server = await startBulkServer({
    endpoint: "bulk-small",
    port: { limits, directMemory: { allow: [] } },
  });
  return { binding: "ncalrpc:[bulk-small]", options: {}, close: () => server[Symbol.dispose]() };
});

describeBulk("loopback ports, in one process", async () => {
  const kernel = createLoopbackKernel();
  const server = new RpcServer({ endpoint: "bulk", kernel });
  registerBulk(server);
  await server.listen();
  return { binding: "ncalrpc:[bulk]", options: { kernel }, close: () => server.close() };
});

describe("views of sealed memory", () => {
  it("stay when their server is killed", async () => {
    const server = await startBulkServer({ endpoint: "mortal" });
    const client = await Bulk.connect("ncalrpc:[mortal]");
    const { data } = await client.download(8 * MiB, 1, true, { bytes: "view" });
    const exited = once(server, "exit");
    server.kill("SIGKILL");
    await exited;
    await client.close();
    expect(Buffer.compare(data ?? new Uint8Array(1), makePattern(8 * MiB, 1))).toBe(0);
  });

  it("stay when their server has given the memory up, which is then counted until they go", async () => {
    // Half is for responses, of which 8 MiB are kept for what is not sealed.
    const limits = { maxTotalSectionSize: 40 * MiB };
    using _server = await startBulkServer({ endpoint: "frugal", port: { limits } });
    await using client = await Bulk.connect("ncalrpc:[frugal]");
    const held: { data: Uint8Array | null } = { data: null };
    held.data = (await client.download(8 * MiB, 1, true, { bytes: "view" })).data;
    expect(await client.forget()).toBe(1);
    expect(Buffer.compare(held.data ?? new Uint8Array(1), makePattern(8 * MiB, 1))).toBe(0);
    // The account has no room for another one: it is copied, in slices.
    const isSeen = async () => {
      const { data } = await client.download(8 * MiB, 2, true, { bytes: "view" });
      expect(Buffer.compare(data ?? new Uint8Array(1), makePattern(8 * MiB, 2))).toBe(0);
      return data !== null && data.buffer.byteLength === 8 * MiB && census().mappings >= 1;
    };
    await isSeen();
    held.data = null;
    const before = census().mappings;
    expect(await collectUntil(() => census().mappings < before)).toBe(true);
    expect(await isSeen()).toBe(true);
  });

  it("leave nothing behind in either process after a thousand rounds", { timeout: 60_000 }, async () => {
    using server = await startBulkServer({ endpoint: "tidy" }, "borrowed");
    await descriptorsClosed(descriptorCloser());
    const before = census();
    await (async () => {
      await using client = await Bulk.connect("ncalrpc:[tidy]");
      await client.upload("", makePattern(MiB, 1), 0n);
    })();
    const theirs = census(null, server.pid);
    for (let round = 0; round < 20; round++) {
      await using client = await Bulk.connect("ncalrpc:[tidy]");
      for (let i = 0; i < 50; i++) {
        const { data } = await client.download(64 * KiB + (i % 7), i % 7, true, { bytes: "view" });
        expect(data?.length).toBe(64 * KiB + (i % 7));
        await client.upload("", data ?? new Uint8Array(), 0n);
        if (i % 10 === 9) await client.forget();
      }
    }
    expect(await collectUntil(() => grownBeyond(before, census()).length === 0)).toBe(true);
    await expect.poll(() => grownBeyond(theirs, census(null, server.pid)), { timeout: 15_000 }).toEqual([]);
  });
});

describe("two arrays in one answer", () => {
  it("arrive both, one of them a part of sealed memory", async () => {
    using _server = await startBulkServer({ endpoint: "both" });
    await using client = await Bulk.connect("ncalrpc:[both]");
    for (const bytes of ["copy", "view"] as const) {
      for (const length of [50 * KiB, 3 * MiB]) {
        const { first, second } = await client.both(length, { bytes });
        expect(Buffer.compare(first ?? new Uint8Array(1), makePattern(length >> 1, 1))).toBe(0);
        const part = makePattern(length, 2).subarray(10, length - 10);
        expect(Buffer.compare(second ?? new Uint8Array(1), part)).toBe(0);
      }
    }
  });
});

describe("borrowed requests", () => {
  it("are gone when the call has been answered", async () => {
    const kernel = createLoopbackKernel();
    const server = new RpcServer({ endpoint: "borrowing", kernel });
    const service = registerBulk(server, "borrowed");
    await server.listen();
    await using client = await Bulk.connect("ncalrpc:[borrowing]", { kernel });
    await client.upload("", makePattern(MiB, 1), 0n);
    expect(service.last?.length).toBe(0);
    await client.upload("", makePattern(1000, 1), 0n);
    expect(service.last?.length).toBe(1000);
    await server.close();
  });

  it("are a handler's own unless it says otherwise", async () => {
    const kernel = createLoopbackKernel();
    const server = new RpcServer({ endpoint: "owning", kernel });
    const service: BulkService = registerBulk(server);
    await server.listen();
    await using client = await Bulk.connect("ncalrpc:[owning]", { kernel });
    await client.upload("", makePattern(MiB, 1), 0n);
    const { last } = service;
    await client.upload("", makePattern(MiB, 2), 0n);
    expect(Buffer.compare(last ?? new Uint8Array(1), makePattern(MiB, 1))).toBe(0);
    await server.close();
  });
});

/** Keeps what it got, and answers when it is told to. */
class SlowService extends BulkService {
  readonly #answers: (() => void)[] = [];
  readonly seen: Uint8Array[] = [];

  override async take(data: Uint8Array): Promise<number> {
    this.seen.push(data);
    await new Promise<void>((resolve) => this.#answers.push(resolve));
    return data.length;
  }

  answer(): void {
    this.#answers.shift()?.();
  }
}

describe("requests that are seen in place", () => {
  const start = async (endpoint: string, options: Omit<RpcServerOptions, "endpoint"> = {}) => {
    const server = new RpcServer({ endpoint, ...options });
    const service = new SlowService();
    server.register(Bulk, service, { requestBytes: "view" });
    await server.listen();
    const client = await Bulk.connect(`ncalrpc:[${endpoint}]`);
    return { server, service, client };
  };

  it("are whole while the handler runs, whatever else comes, and gone when the call has been answered", async () => {
    const { server, service, client } = await start("seen");
    const lengths = [300 * KiB, 5 * MiB, 300 * KiB];
    for (let round = 0; round < 3; round++) {
      const calls = lengths.map((length, index) => client.take(makePattern(length, round + index)));
      await vi.waitFor(() => expect(service.seen.length).toBe(3));
      const seen = service.seen.splice(0);
      for (const [index, data] of seen.entries()) {
        expect(Buffer.compare(data, makePattern(lengths[index] ?? 0, round + index))).toBe(0);
      }
      for (const [index, call] of calls.entries()) {
        service.answer();
        expect(await call).toBe(lengths[index]);
        expect(seen[index]?.length).toBe(0);
      }
    }
    await client.close();
    await server.close();
  });

  it("go when their client goes, under a handler that still runs", async () => {
    const { server, service, client } = await start("forsaken");
    const call = client.take(makePattern(5 * MiB, 1)).catch((error: unknown) => error);
    await vi.waitFor(() => expect(service.seen.length).toBe(1));
    await client.close();
    expect(await call).toBeInstanceOf(Error);
    await vi.waitFor(() => expect(service.seen[0]?.length).toBe(0));
    service.answer();
    await server.close();
  });

  it("wait for room while handlers see others, and those that are given up leave theirs to the next", async () => {
    const limits = { maxSectionSize: MiB, maxTotalSectionSize: 4 * MiB };
    const { server, service, client } = await start("room", { port: { limits } });
    const controller = new AbortController();
    const data = makePattern(MiB, 1);
    const first = [client.take(data), client.take(data)];
    const aborted = statusOf(client.take(data, { signal: controller.signal }));
    const late = statusOf(client.take(data, { timeout: 100 }));
    const last = client.take(makePattern(MiB, 2));
    await vi.waitFor(() => expect(service.seen.length).toBe(2));
    controller.abort();
    expect(await aborted).toBe("RPC_S_CALL_CANCELLED");
    expect(await late).toBe("RPC_S_TIMEOUT");
    expect(service.seen.length).toBe(2);
    service.answer();
    await vi.waitFor(() => expect(service.seen.length).toBe(3));
    expect(Buffer.compare(service.seen[2] ?? data, makePattern(MiB, 2))).toBe(0);
    service.answer();
    service.answer();
    expect(await Promise.all([...first, last])).toEqual([MiB, MiB, MiB]);
    await client.close();
    await server.close();
  });

  it("fail when their connection ends while they wait", async () => {
    const limits = { maxSectionSize: MiB, maxTotalSectionSize: 2 * MiB };
    const { server, service, client } = await start("room-gone", { port: { limits } });
    const calls = [1, 2, 3].map((seed) => statusOf(client.take(makePattern(MiB, seed))));
    await vi.waitFor(() => expect(service.seen.length).toBe(1));
    await client.close();
    for (const status of await Promise.all(calls)) expect(status).toMatch(/^RPC_S_CALL_/);
    service.answer();
    await server.close();
  });

  it("come in slices, as a copy, where no section holds them or the client's share is used up", async () => {
    const limits = { maxSectionSize: 8 * MiB, maxTotalSectionSize: 24 * MiB };
    const { server, service, client } = await start("short-of-memory", { port: { limits } });
    const lengths = [9 * MiB, 8 * MiB, 8 * MiB, 8 * MiB];
    const calls = lengths.map((length, index) => client.take(makePattern(length, index)));
    await vi.waitFor(() => expect(service.seen.length).toBe(4), 10_000);
    for (const data of service.seen) {
      const index = data[0] ?? -1;
      expect(Buffer.compare(data, makePattern(lengths[index] ?? 0, index))).toBe(0);
    }
    for (const _ of lengths) service.answer();
    expect(await Promise.all(calls)).toEqual(lengths);
    await client.close();
    await server.close();
  });
});

describe("slices", () => {
  it("are for what is longer than one: up to 1 MiB goes through one section", async () => {
    using _server = await startBulkServer({ endpoint: "in-one-slice" });
    await using client = await Bulk.connect("ncalrpc:[in-one-slice]");
    const sections = () => {
      const { mappings, lists } = census();
      return mappings - lists;
    };
    const before = sections();
    await client.upload("", makePattern(MiB, 1), 0n);
    expect(sections() - before).toBe(1);
    await client.download(MiB, 1, false);
    expect(sections() - before).toBe(2);
  });
});

describe("limits", () => {
  it("of requests and responses hold for arrays in slices", async () => {
    using _server = await startBulkServer({
      endpoint: "limited",
      limits: { maxRequestSize: 4 * MiB, maxResponseSize: 6 * MiB },
    });
    await using client = await Bulk.connect("ncalrpc:[limited]", { limits: { maxResponseSize: 2 * MiB } });
    expect(await statusOf(client.upload("", makePattern(4 * MiB + 1, 1), 0n))).toBe("RPC_S_OUT_OF_RESOURCES");
    expect(await statusOf(client.download(5 * MiB, 1, false))).toBe("RPC_S_OUT_OF_RESOURCES");
    expect(await statusOf(client.download(5 * MiB, 1, true, { bytes: "view" }))).toBe(
      "RPC_S_OUT_OF_RESOURCES",
    );
    expect((await client.download(2 * MiB, 1, false)).data?.length).toBe(2 * MiB);
    expect((await client.upload("", makePattern(4 * MiB, 1), 0n)).received).toBe(4 * MiB);
  });
});
