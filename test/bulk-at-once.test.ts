import { createLoopbackKernel } from "@ncalrpc/alpc/loopback";
import { RpcServer } from "@ncalrpc/runtime";
import { describe, expect, it, vi } from "vitest";
import { makePattern, registerBulk } from "./dist/bulk-handlers.js";
import { Bulk } from "./dist/gen/bulk.js";

const MiB = 1024 * 1024;

describe("a large request", () => {
  for (const [what, size] of [
    ["in one slice", MiB],
    ["in several", 3 * MiB],
  ] as const) {
    it(`goes out while its caller still runs, ${what}`, async () => {
      const kernel = createLoopbackKernel();
      const server = new RpcServer({ endpoint: "bulk", kernel });
      registerBulk(server);
      await server.listen();
      await using client = await Bulk.connect("ncalrpc:[bulk]", { kernel });
      const flush = vi.spyOn(kernel, "flush");
      const answer = client.upload("", makePattern(size, 1), 0n);
      expect(flush).toHaveBeenCalled();
      await answer;
      await server.close();
    });
  }
});
