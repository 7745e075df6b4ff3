import { isRpcError, RpcServer } from "@ncalrpc/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { descriptorCloser } from "../packages/alpc/dist/linux/descriptor-closer.js";
import { census } from "../packages/alpc/test/census.js";
import { collectUntil } from "../packages/alpc/test/collect-garbage.js";
import { descriptorsClosed } from "../packages/alpc/test/descriptors.js";
import { makePattern } from "./dist/bulk-handlers.js";
import { Bulk, type BulkClient } from "./dist/gen/bulk.js";
import { Labour } from "./dist/gen/labour.js";
import { useEndpointDirectory } from "./dist/server-process.js";
import { kernels } from "./probe-servers.js";
import { grownBeyond } from "./process-growth.js";
import { statusOf } from "./runtime-suite.js";

const KiB = 1024;
const MiB = 1024 * KiB;
const binding = "ncalrpc:[workers-sealed]";

let directory: ReturnType<typeof useEndpointDirectory>;

beforeAll(() => {
  directory = useEndpointDirectory();
});

afterAll(() => directory[Symbol.dispose]());

describe.each(kernels)("byte arrays of handlers in workers, over %s ports", (name, createKernel) => {
  const kernel = createKernel();

  async function serve(workers: number): Promise<RpcServer> {
    const server = new RpcServer({ endpoint: binding, kernel, workers });
    server.register(Bulk, new URL("./dist/bulk-worker.js", import.meta.url));
    server.register(Labour, new URL("./dist/labour-handlers.js", import.meta.url));
    await server.listen();
    return server;
  }

  async function expectPattern(
    client: BulkClient,
    length: number,
    sealed: boolean,
    bytes: "copy" | "view" | Uint8Array,
  ): Promise<Uint8Array> {
    const { before, data, after } = await client.download(length, 9, sealed, { bytes });
    expect([before, after]).toEqual(["seed 9", BigInt(length) << 32n]);
    expect(Buffer.compare(data ?? new Uint8Array(1), makePattern(length, 9))).toBe(0);
    return data ?? new Uint8Array(0);
  }

  describe.each([
    ["sealed", true],
    ["ordinary", false],
  ])("in %s memory", (_, sealed) => {
    it("come copied, seen, and into the caller's own memory", async () => {
      await using _server = await serve(2);
      await using client = await Bulk.connect(binding, { kernel });
      for (const length of [0, 900, 15 * KiB, 16 * KiB, 63 * KiB, 300 * KiB, 3 * MiB + 17]) {
        const own = new Uint8Array(length + 100);
        for (const bytes of ["copy", "view", own] as const) {
          const data = await expectPattern(client, length, sealed, bytes);
          if (bytes === own && length >= 64 * KiB) expect(data.buffer).toBe(own.buffer);
        }
      }
    });

    it("come two in one answer, and many answers at a time", async () => {
      await using _server = await serve(2);
      await using client = await Bulk.connect(binding, { kernel });
      for (const length of [50 * KiB, 3 * MiB]) {
        const { first, second } = await client.both(length, { bytes: sealed ? "view" : "copy" });
        expect(Buffer.compare(first ?? new Uint8Array(1), makePattern(length >> 1, 1))).toBe(0);
        const part = makePattern(length, 2).subarray(10, length - 10);
        expect(Buffer.compare(second ?? new Uint8Array(1), part)).toBe(0);
      }
      const calls = Array.from({ length: 40 }, (_, i) => expectPattern(client, i * 20 * KiB, sealed, "view"));
      await Promise.all(calls);
    });
  });

  it("are sealed once in a worker, and seen in place by all clients", async () => {
    await using _server = await serve(1);
    await using client = await Bulk.connect(binding, { kernel });
    await using other = await Bulk.connect(binding, { kernel });
    const before = countSections();
    const first = await expectPattern(client, 2 * MiB, true, "view");
    const again = await expectPattern(client, 2 * MiB, true, "view");
    const theirs = await expectPattern(other, 2 * MiB, true, "view");
    // The worker's, the server's, and those of the clients: with loopback ports one for each view.
    expect(countSections() - before).toBe(2 + new Set([first.buffer, again.buffer, theirs.buffer]).size);
    expect(again.buffer === first.buffer).toBe(name === "linux");
    theirs.fill(0);
    expect(Buffer.compare(first, makePattern(2 * MiB, 9))).toBe(0);
  });

  it("stay with clients when the worker gives them back, and when it dies, and leave nothing behind", async () => {
    const use = async (): Promise<void> => {
      await using _server = await serve(2);
      await using client = await Bulk.connect(binding, { kernel });
      await using killer = await Labour.connect(binding, { kernel });
      for (let round = 0; round < 3; round++) {
        const views = await Promise.all([1, 2, 3].map((n) => expectPattern(client, n * MiB, true, "view")));
        if (round === 1) {
          // Answers that are on their way come, or fail with their worker.
          const more = [4, 5].map((n) => expectPattern(client, n * MiB, true, "view").catch(onlyFailed));
          expect(await statusOf(killer.die())).toBe("RPC_S_CALL_FAILED");
          await Promise.all(more);
        } else {
          await Promise.all([client.forget(), client.forget()]);
        }
        for (const [i, view] of views.entries()) {
          expect(Buffer.compare(view, makePattern((i + 1) * MiB, 9))).toBe(0);
        }
      }
    };
    await use();
    await descriptorsClosed(descriptorCloser());
    const before = census();
    for (let i = 0; i < 3; i++) await use();
    expect(await collectUntil(() => grownBeyond(before, census()).length === 0)).toBe(true);
  });
});

/** Mappings of sections and sealed memory. */
function countSections(): number {
  const { mappings, lists } = census();
  return mappings - lists;
}

/** Throws what is not the end of a worker. */
function onlyFailed(error: unknown): void {
  if (!isRpcError(error) || error.status !== "RPC_S_CALL_FAILED") throw error;
}
