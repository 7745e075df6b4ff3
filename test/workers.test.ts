import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { threadId } from "node:worker_threads";
import { type ConnectOptions, isRpcError, RpcServer, type RpcServerOptions } from "@ncalrpc/runtime";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Labour } from "./dist/gen/labour.js";
import { Ledger } from "./dist/gen/ledger.js";
import { useEndpointDirectory } from "./dist/server-process.js";
import { kernels } from "./probe-servers.js";
import { statusOf } from "./runtime-suite.js";

const labour = new URL("./dist/labour-handlers.js", import.meta.url);
const ledger = new URL("./dist/ledger-handlers.js", import.meta.url);
const binding = "ncalrpc:[workers]";

let directory: ReturnType<typeof useEndpointDirectory>;

beforeAll(() => {
  directory = useEndpointDirectory();
});

afterAll(() => directory[Symbol.dispose]());

describe.each(kernels)("a server with workers over %s ports", (_name, createKernel) => {
  const kernel = createKernel();
  const open: AsyncDisposable[] = [];

  afterEach(async () => {
    for (const disposable of open.splice(0).reverse()) {
      await disposable[Symbol.asyncDispose]();
    }
  });

  async function serve(workers: number, options: Partial<RpcServerOptions> = {}): Promise<RpcServer> {
    const server = new RpcServer({ endpoint: binding, kernel, workers, ...options });
    server.register(Labour, labour);
    server.register(Ledger, ledger);
    await server.listen();
    open.push(server);
    return server;
  }

  async function connect(options: ConnectOptions = {}) {
    const client = await Labour.connect(binding, { kernel, ...options });
    open.push(client);
    return client;
  }

  async function connectLedger() {
    const client = await Ledger.connect(binding, { kernel });
    open.push(client);
    return client;
  }

  it("serves clients of either transfer syntax", async () => {
    await serve(2);
    for (const transferSyntax of ["ndr20", "ndr64"] as const) {
      const client = await connect({ transferSyntax });
      const data = new Uint8Array(100_000).fill(7);
      expect(await client.echo(data)).toEqual({ reply: data });
      expect(await client.echo(data.subarray(0, 3))).toEqual({ reply: data.subarray(0, 3) });
    }
  });

  it("runs handlers in threads of their own", async () => {
    await serve(2);
    const client = await connect();
    const threads = new Set(await Promise.all(Array.from({ length: 20 }, () => client.burn(5))));
    expect(threads.size).toBe(2);
    expect(threads).not.toContain(threadId);
  });

  it("gives no call to a thread that is busy while another one is free", async () => {
    await serve(2);
    const client = await connect();
    let isBurning = true;
    const burning = client.burn(1_500).then((thread) => {
      isBurning = false;
      return thread;
    });
    await delay(50);
    const others = new Set<number>();
    for (let i = 0; i < 100; i++) {
      others.add(await client.burn(0));
    }
    expect(isBurning).toBe(true);
    expect(others.size).toBe(1);
    expect(others).not.toContain(await burning);
  });

  it("tells handlers who calls, for which object, and passes octets of any size both ways", async () => {
    await serve(2);
    const object = "0f5e5b6c-9c2a-4f0e-8f34-3a1b2c4d5e6f";
    const client = await Labour.connect(`${object}@${binding}`, { kernel });
    open.push(client);
    const { user, pid, object: seen } = await client.whoAmI();
    expect([user, pid, seen]).toEqual([kernel.currentToken().user.toString(), process.pid, object]);
    for (const length of [0, 1, 900, 1_000, 5_000, 100_000, 3_000_000]) {
      const data = Buffer.alloc(length, "workers");
      const { reply } = await client.echo(data);
      expect(Buffer.compare(reply ?? Buffer.from("none"), data)).toBe(0);
    }
    const mixed = await Promise.all(
      Array.from({ length: 60 }, (_, i) => client.echo(Buffer.alloc((i % 7) * 20_000 + i, i + 1))),
    );
    expect(mixed.map(({ reply }) => [reply?.length, reply?.at(-1)])).toEqual(
      Array.from({ length: 60 }, (_, i) => {
        const length = (i % 7) * 20_000 + i;
        return [length, length === 0 ? undefined : i + 1];
      }),
    );
  });

  it("answers with the faults of handlers, and keeps their secrets", async () => {
    await serve(1);
    const client = await connect();
    const error = await client.fail(0).catch((reason: unknown) => reason);
    expect(isRpcError(error) && [error.status, error.details]).toEqual([
      "RPC_S_INVALID_ARG",
      "kind 0 is never right",
    ]);
    for (const kind of [1, 2]) {
      const hidden = await client.fail(kind).catch((reason: unknown) => reason);
      expect(isRpcError(hidden) && [hidden.status, hidden.details]).toEqual(["RPC_S_CALL_FAILED", null]);
    }
  });

  it("cancels calls that run, and calls that wait", async () => {
    await serve(1);
    const client = await connect();
    const abort = new AbortController();
    const sleeping = client.sleep(60_000, { signal: abort.signal });
    await client.burn(0);
    const started = performance.now();
    abort.abort();
    expect(await statusOf(sleeping)).toBe("RPC_S_CALL_CANCELLED");
    // The worker's handler has ended too, or the server could not close without its grace.
    const burning = client.burn(300);
    const waiting = statusOf(client.sleep(60_000, { timeout: 50 }));
    expect(await waiting).toBe("RPC_S_TIMEOUT");
    await burning;
    await client.burn(0);
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  it("keeps the calls of a client's context handles in the thread that holds them", async () => {
    await serve(3);
    const homes = new Set<number>();
    for (let i = 0; i < 6; i++) {
      const client = await connectLedger();
      const { tally, thread } = await client.open(i);
      const second = await client.open(100);
      expect(second.thread).toBe(thread);
      const results = await Promise.all(Array.from({ length: 20 }, () => client.add(tally, 1)));
      expect(results.at(-1)).toEqual({ total: i + 20, thread });
      homes.add(thread);
      await client.settle(tally);
      expect(await statusOf(client.add(tally, 1))).not.toBe("RPC_S_OK");
    }
    expect(homes.size).toBe(3);
  });

  it("runs handles down when their client is gone, and when the server closes", async () => {
    using files = temporaryDirectory();
    const file = join(files.path, "journal");
    writeFileSync(file, "");
    const server = await serve(2);
    const gone = await Ledger.connect(binding, { kernel });
    const { tally } = await gone.open(7);
    await gone.watch(tally, file);
    await gone.close();
    await until(() => readFileSync(file, "utf8") === "7\n");
    const stays = await connectLedger();
    await stays.watch((await stays.open(8)).tally, file);
    await server.close();
    expect(readFileSync(file, "utf8")).toBe("7\n8\n");
  });

  it("fails the calls of a worker that dies, and goes on with the next one", async () => {
    await serve(2);
    const client = await connect();
    const books = await connectLedger();
    const { tally } = await books.open(1);
    expect(await statusOf(books.wreck(tally))).toBe("RPC_S_CALL_FAILED");
    expect(await statusOf(books.add(tally, 1))).toBe("RPC_X_SS_CONTEXT_MISMATCH");
    expect((await books.open(5)).thread).toBeGreaterThan(0);
    for (let round = 0; round < 3; round++) {
      const bystanders = Array.from({ length: 10 }, () => client.burn(1).catch(() => -1));
      expect(await statusOf(client.die())).toBe("RPC_S_CALL_FAILED");
      await Promise.all(bystanders);
      expect(await client.burn(0)).toBeGreaterThan(0);
    }
  });

  it("lets calls finish when it closes", async () => {
    const server = await serve(2);
    const client = await connect();
    const calls = Array.from({ length: 6 }, () => client.sleep(100));
    await delay(20);
    await server.close();
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 6 }, () => ({ wasCancelled: false })));
  });

  it("says what is wrong with a module", async () => {
    const noWorkers = new RpcServer({ endpoint: binding, kernel });
    expect(() => noWorkers.register(Labour, labour)).toThrow(/needs workers/);
    expect(() => new RpcServer({ endpoint: binding, kernel, workers: 1.5 })).toThrow(/not 0 to 64/);
    const wrong = new RpcServer({ endpoint: binding, kernel, workers: 1 }).register(Labour, ledger);
    await expect(wrong.listen()).rejects.toThrow(/implements Ledger, not Labour/);
    const missing = new RpcServer({ endpoint: binding, kernel, workers: 1 });
    missing.register(Labour, new URL("./no-such-module.js", import.meta.url));
    await expect(missing.listen()).rejects.toThrow(/no-such-module/);
  });
});

function temporaryDirectory(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "ncalrpc-workers-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

async function until(isTrue: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!isTrue()) {
    if (performance.now() > end) {
      throw new Error("it did not happen within 10 s");
    }
    await delay(10);
  }
}
