import { freemem } from "node:os";
import type { RpcServerOptions } from "@ncalrpc/runtime";
import { describe, expect, it } from "vitest";
import { startBulkServer, useBulkEndpoints } from "../bulk-system.js";
import { checksum, makePattern } from "../dist/bulk-handlers.js";
import { Bulk } from "../dist/gen/bulk.js";

const MiB = 1024 * 1024;
const GiB = 1024 * MiB;
/** The array, its copies on both sides, and sections. */
const NEEDED = 8 * GiB;
const LIMIT = GiB + MiB;

useBulkEndpoints();

function startServer(options: RpcServerOptions) {
  const limits = { maxRequestSize: LIMIT, maxResponseSize: LIMIT, maxBytesInFlight: 2 * LIMIT };
  return startBulkServer({ limits, ...options }, "borrowed");
}

const sections = { maxTotalSectionSize: 4 * GiB, maxUserSectionSize: 4 * GiB };
const few = { maxSectionSize: 2 * MiB, maxTotalSectionSize: 64 * MiB };

describe.skipIf(freemem() < NEEDED)("a gibibyte", () => {
  it.each<[string, RpcServerOptions]>([
    ["sections of the same size", { endpoint: "giant", port: { limits: sections } }],
    ["a few small sections", { endpoint: "giant-few", port: { limits: few } }],
  ])("goes both ways through %s", { timeout: 300_000 }, async (_, options) => {
    using _server = await startServer(options);
    await using client = await Bulk.connect(`ncalrpc:[${options.endpoint}]`, {
      limits: { maxResponseSize: LIMIT },
    });
    const data = makePattern(GiB, 3);
    const sum = checksum(data);
    expect((await client.upload("", data, 0n)).checksum).toBe(sum);
    const received = await client.download(GiB, 3, false, { bytes: data.fill(0) });
    expect(received.data?.buffer).toBe(data.buffer);
    expect(checksum(data)).toBe(sum);
  });

  it("is seen where it is sealed, at the cost of a short answer", { timeout: 300_000 }, async () => {
    using _server = await startServer({ endpoint: "giant-sealed", port: { limits: sections } });
    await using client = await Bulk.connect("ncalrpc:[giant-sealed]", { limits: { maxResponseSize: LIMIT } });
    const timeOf = async (size: number) => {
      await client.give(size, true, { bytes: "view" });
      const times: number[] = [];
      for (let i = 0; i < 200; i++) {
        const started = performance.now();
        await client.give(size, true, { bytes: "view" });
        times.push(performance.now() - started);
      }
      return times.sort((a, b) => a - b)[100] ?? Number.NaN;
    };
    const small = await timeOf(128 * 1024);
    const large = await timeOf(GiB);
    expect(large).toBeLessThan(Math.max(3 * small, 1));
    const { data } = await client.give(GiB, true, { bytes: "view" });
    expect(data === null ? 0 : checksum(data)).toBe(checksum(makePattern(GiB, 0)));
  });
});
