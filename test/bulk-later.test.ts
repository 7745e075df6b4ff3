import { setTimeout as delay } from "node:timers/promises";
import { defaultKernel } from "@ncalrpc/alpc";
import { createLoopbackKernel } from "@ncalrpc/alpc/loopback";
import { RpcServer } from "@ncalrpc/runtime";
import { describe, expect, it } from "vitest";
import { useBulkEndpoints } from "./bulk-system.js";
import { System } from "./context-calls-system.js";
import { BulkService, checksum, makePattern } from "./dist/bulk-handlers.js";
import { Bulk } from "./dist/gen/bulk.js";

const KiB = 1024;

useBulkEndpoints();

describe.each([
  ["the system's kernel", defaultKernel],
  ["loopback", createLoopbackKernel],
])("a server over %s that allows calls later", (_, makeKernel) => {
  it.each(["owned", "borrowed", "view"] as const)(
    "serves what was asked, requests %s",
    async (requestBytes) => {
      const kernel = makeKernel();
      await using server = new RpcServer({ endpoint: `later-${requestBytes}`, kernel });
      server.register(Bulk, new BulkService(), { requestBytes, authorize: () => delay(5, true) });
      await server.listen();
      await using client = await Bulk.connect(`ncalrpc:[later-${requestBytes}]`, { kernel });
      const arrays = Array.from({ length: 24 }, (_unused, index) => makePattern((64 + index) * KiB, index));
      const answers = await Promise.all(
        arrays.map((data, index) => client.upload(`call ${index}`, data, BigInt(index))),
      );
      expect(answers).toEqual(
        arrays.map((data, index) => ({
          received: data.length,
          checksum: checksum(data),
          reply: `call ${index}`,
          echo: BigInt(index),
        })),
      );
    },
  );
});

describe("calls with large arrays that wait for their context", () => {
  it("are served with what was asked", async () => {
    const written: [number, number][] = [];
    const write = async (_state: object, place: number, bytes: Uint8Array) => {
      written.push([place, checksum(bytes)]);
      await delay(2);
      return place;
    };
    await using system = new System({ write }, {}, {}, defaultKernel());
    await system.server.listen();
    const client = await system.connect();
    const [id = ""] = await system.open(client, 1);
    const arrays = Array.from({ length: 24 }, (_, index) => makePattern((64 + index) * KiB, index));
    const places = await Promise.all(arrays.map((bytes, index) => client.write(id, index, bytes)));
    expect(places).toEqual(arrays.map((_, index) => index));
    expect(written).toEqual(arrays.map((bytes, index) => [index, checksum(bytes)]));
  });
});
