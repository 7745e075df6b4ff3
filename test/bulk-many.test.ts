import type { PortLimits } from "@ncalrpc/alpc";
import { createLoopbackKernel } from "@ncalrpc/alpc/loopback";
import { type ConnectOptions, RpcServer } from "@ncalrpc/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBulkServer, useBulkEndpoints } from "./bulk-system.js";
import { checksum, makePattern, registerBulk } from "./dist/bulk-handlers.js";
import { Bulk, type BulkClient } from "./dist/gen/bulk.js";

const KiB = 1024;
const MiB = 1024 * KiB;
const MANY = 64;
const indexes = Array.from({ length: MANY }, (_, index) => index);

useBulkEndpoints();

/** Calls whose arrays together are far larger than what a connection may have in sections. */
function describeMany(
  name: string,
  size: number,
  start: () => Promise<{ binding: string; options: ConnectOptions; close(): unknown }>,
): void {
  describe(`many large calls at once, ${name}`, { timeout: 60_000 }, () => {
    let system: Awaited<ReturnType<typeof start>>;
    let client: BulkClient;
    beforeAll(async () => {
      system = await start();
      client = await Bulk.connect(system.binding, system.options);
    });
    afterAll(async () => {
      await client.close();
      await system.close();
    });

    it("are all answered: downloads", async () => {
      const sums = await Promise.all(
        indexes.map(async (index) => checksum((await client.download(size, index, false)).data ?? "")),
      );
      expect(sums).toEqual(indexes.map((index) => checksum(makePattern(size, index))));
    });

    it("are all answered: uploads", async () => {
      const arrays = indexes.map((index) => makePattern(size, index));
      const answers = await Promise.all(arrays.map((data) => client.upload("", data, 0n)));
      expect(answers.map((answer) => answer.checksum)).toEqual(arrays.map((data) => checksum(data)));
    });

    it("are all answered: echoes of different sizes", async () => {
      const arrays = indexes.map((index) =>
        makePattern(64 * KiB + ((index * 37) % MANY) * (size >> 6), index),
      );
      const replies = await Promise.all(
        arrays.map(async (data) => checksum((await client.echo(data)).reply ?? "")),
      );
      expect(replies).toEqual(arrays.map((data) => checksum(data)));
    });
  });
}

const few = { maxSectionSize: 128 * KiB, maxTotalSectionSize: MiB };
const shares: [string, Partial<PortLimits>, number][] = [
  ["default sections", {}, 5 * MiB],
  ["a few small sections", few, MiB],
  ["one section for each direction", { maxSectionSize: MiB, maxTotalSectionSize: MiB }, 3 * MiB],
];

for (const [index, [name, port, size]] of shares.entries()) {
  for (const bytes of ["owned", "view"] as const) {
    describeMany(`${name}, between processes, requests as ${bytes}`, size, async () => {
      const endpoint = `many-${index}-${bytes}`;
      const server = await startBulkServer({ endpoint, port: { limits: port } }, bytes);
      return { binding: `ncalrpc:[${endpoint}]`, options: {}, close: () => server[Symbol.dispose]() };
    });
  }
  describeMany(`${name}, within a process`, size, async () => {
    const kernel = createLoopbackKernel();
    const server = new RpcServer({ endpoint: "many", kernel, port: { limits: port } });
    registerBulk(server);
    await server.listen();
    return { binding: "ncalrpc:[many]", options: { kernel }, close: () => server.close() };
  });
}

describeMany("a few sections, to workers", MiB, async () => {
  // Requests to workers go in one view each.
  const port = { limits: { maxSectionSize: 2 * MiB, maxTotalSectionSize: 8 * MiB } };
  const server = new RpcServer({ endpoint: "many-workers", port, workers: 2 });
  server.register(Bulk, new URL("./dist/bulk-worker.js", import.meta.url));
  await server.listen();
  return { binding: "ncalrpc:[many-workers]", options: {}, close: () => server.close() };
});

describe("synchronous calls among many others", () => {
  it("wait for memory, too", async () => {
    using _server = await startBulkServer({ endpoint: "many-sync", port: { limits: few } });
    await using client = await Bulk.connect("ncalrpc:[many-sync]");
    const arrays = indexes.map((index) => makePattern(MiB, index));
    const uploads = arrays.map((data) => client.upload("", data, 0n));
    const downloads = indexes.map((index) => client.download(MiB, index, false));
    for (const data of arrays.slice(0, 8)) {
      const part = data.subarray(0, 100 * KiB);
      expect(client.sync.upload("", part, 0n).checksum).toBe(checksum(part));
      expect(checksum(client.sync.download(MiB, 3, false).data ?? "")).toBe(checksum(makePattern(MiB, 3)));
    }
    const sums = (await Promise.all(uploads)).map((answer) => answer.checksum);
    expect(sums).toEqual(arrays.map((data) => checksum(data)));
    const received = (await Promise.all(downloads)).map(({ data }) => checksum(data ?? ""));
    expect(received).toEqual(sums);
  });
});
