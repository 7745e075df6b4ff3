import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isRpcError, onWorkerEnded, RpcServer, type WorkerEndedEvent } from "@ncalrpc/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Labour } from "./dist/gen/labour.js";
import { Ledger } from "./dist/gen/ledger.js";
import { useEndpointDirectory } from "./dist/server-process.js";

const binding = "ncalrpc:[workers-ended]";

let directory: ReturnType<typeof useEndpointDirectory>;

beforeAll(() => {
  directory = useEndpointDirectory();
});

afterAll(() => directory[Symbol.dispose]());

async function serve(module: string, count: number): Promise<RpcServer> {
  const workers = { count, resourceLimits: { maxOldGenerationSizeMb: 32 } };
  const server = new RpcServer({ endpoint: binding, workers });
  server.register(Labour, new URL(module, import.meta.url));
  server.register(Ledger, new URL("./dist/ledger-handlers.js", import.meta.url));
  await server.listen();
  return server;
}

/** The status of a call's error, or what else it has ended with. */
async function outcomeOf(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => "answered",
    (error: unknown) => (isRpcError(error) ? error.status : error),
  );
}

describe("a worker that ends", () => {
  it.each([
    ["by an error that nobody catches", 3, /nobody catches this/],
    ["as it has used up its memory", 4, /memory/],
  ])("%s says so, and is replaced", async (_how, kind, reason) => {
    const events: WorkerEndedEvent[] = [];
    using _listening = onWorkerEnded((event) => events.push(event));
    await using _server = await serve("./dist/labour-handlers.js", 1);
    await using client = await Labour.connect(binding);
    const outcome = await outcomeOf(client.fail(kind));
    expect(outcome).toBe(kind === 3 ? "answered" : "RPC_S_CALL_FAILED");
    expect(await client.burn(0)).toBeGreaterThan(0);
    expect(events).toEqual([
      { worker: 1, reason: expect.stringMatching(reason), hasServed: true, pause: expect.any(Number) },
    ]);
    expect(events[0]?.pause).toBeGreaterThan(0);
  });

  it("has not run the calls that it was to have, and has failed those that it had", async () => {
    await using _server = await serve("./dist/labour-handlers.js", 2);
    await using ledger = await Ledger.connect(binding);
    const { tally } = await ledger.open(1);
    const calls = [ledger.wreck(tally), ledger.add(tally, 1), ledger.open(2)];
    expect(await Promise.all(calls.map((call) => outcomeOf(call)))).toEqual([
      "RPC_S_CALL_FAILED",
      "RPC_S_CALL_FAILED_DNE",
      "RPC_S_CALL_FAILED_DNE",
    ]);
    expect(await outcomeOf(ledger.add(tally, 1))).toBe("RPC_X_SS_CONTEXT_MISMATCH");
    expect((await ledger.open(3)).thread).toBeGreaterThan(0);
  });

  it("and can't be replaced leaves a server that says why, until it can", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ncalrpc-workers-"));
    const obstacle = join(folder, "obstacle");
    process.env["NCALRPC_TEST_OBSTACLE"] = obstacle;
    const events: WorkerEndedEvent[] = [];
    using _listening = onWorkerEnded((event) => events.push(event));
    try {
      await using _server = await serve("./dist/fragile-handlers.js", 1);
      await using client = await Labour.connect(binding);
      expect(await client.burn(0)).toBeGreaterThan(0);
      writeFileSync(obstacle, "");
      const waiting = client.die().catch(() => client.burn(0));
      const error = await waiting.catch((reason: unknown) => reason);
      expect(isRpcError(error) && error.status).toBe("RPC_S_CALL_FAILED_DNE");
      const refused = await client.burn(0).catch((reason: unknown) => reason);
      expect(isRpcError(refused) && [refused.status, refused.details]).toEqual([
        "RPC_S_SERVER_UNAVAILABLE",
        expect.stringContaining(`there is ${obstacle}`),
      ]);
      rmSync(obstacle);
      while ((await outcomeOf(client.burn(0))) !== "answered") {
        await delay(10);
      }
      expect(events[0]?.hasServed).toBe(true);
      expect(events.slice(1).map(({ hasServed }) => hasServed)).not.toContain(true);
      const pauses = events.map(({ pause }) => pause);
      expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    } finally {
      delete process.env["NCALRPC_TEST_OBSTACLE"];
      rmSync(folder, { recursive: true });
    }
  });
});
