import { fork } from "node:child_process";
import { once } from "node:events";
import { freemem } from "node:os";
import { fileURLToPath } from "node:url";
import type { RpcServerOptions } from "@ncalrpc/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checksum, makePattern } from "../dist/bulk-handlers.js";
import { Bulk } from "../dist/gen/bulk.js";
import { useEndpointDirectory } from "../dist/server-process.js";

const MiB = 1024 * 1024;
const GiB = 1024 * MiB;
/** The array, its copies on both sides, and sections. */
const NEEDED = 8 * GiB;
const LIMIT = GiB + MiB;

let directory: ReturnType<typeof useEndpointDirectory>;
beforeAll(() => {
  directory = useEndpointDirectory();
});
afterAll(() => directory[Symbol.dispose]());

async function startServer(options: RpcServerOptions) {
  const program = fileURLToPath(new URL("../dist/programs/bulk-server.js", import.meta.url));
  const limits = { maxRequestSize: LIMIT, maxResponseSize: LIMIT, maxBytesInFlight: 2 * LIMIT };
  const child = fork(program, [JSON.stringify({ limits, ...options }), "borrowed"]);
  await once(child, "message");
  return Object.assign(child, { [Symbol.dispose]: () => void child.kill("SIGKILL") });
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
