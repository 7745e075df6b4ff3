import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { createLoopbackKernel } from "@ncalrpc/alpc/loopback";
import { type CallOptions, isRpcError, RpcServer, type RpcStatusName, SyncClient } from "@ncalrpc/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OtherProbe } from "./dist/gen/other-probe.js";
import { Probe, type ProbeClient } from "./dist/gen/probe.js";
import { makeOctets, registerProbes, sumOf } from "./dist/probe-handlers.js";
import { ServerProcess, useEndpointDirectory } from "./dist/server-process.js";

const binding = "ncalrpc:[probe]";

function statusOf(call: () => unknown): RpcStatusName {
  return errorOf(call).status;
}

function errorOf(call: () => unknown): { readonly status: RpcStatusName; readonly details: string | null } {
  try {
    call();
  } catch (error) {
    if (isRpcError(error)) {
      return { status: error.status, details: error.details };
    }
    throw error;
  }
  throw new Error("the call succeeded");
}

describe.each(["on", "off"])("synchronous calls, completion list %s", (completionList) => {
  const before = process.env["NCALRPC_COMPLETION_LIST"];
  let directory: ReturnType<typeof useEndpointDirectory>;
  let server: ServerProcess;
  let probe: ProbeClient;

  beforeAll(async () => {
    directory = useEndpointDirectory();
    // The server's: a list is used only if both sides want it.
    process.env["NCALRPC_COMPLETION_LIST"] = completionList;
    server = await ServerProcess.start({ endpoint: "probe" });
    probe = await Probe.connect(binding);
  });

  afterAll(async () => {
    await probe.close();
    await server.close();
    directory[Symbol.dispose]();
    if (before === undefined) {
      delete process.env["NCALRPC_COMPLETION_LIST"];
    } else {
      process.env["NCALRPC_COMPLETION_LIST"] = before;
    }
  });

  it("return values", () => {
    expect(probe.sync).toBe(probe.sync);
    for (let i = 0; i < 500; i++) {
      expect(probe.sync.add(i, 2)).toBe(i + 2);
    }
    expect(probe.sync.echo("grüezi \ud83d\ude00")).toEqual({ reply: "grüezi \ud83d\ude00" });
    const records = [{ name: "one", id: 2n ** 62n, values: new Int32Array([1, -2, 3]) }];
    expect(probe.sync.records(records)).toEqual({ reply: records });
  });

  it("return values in NDR64", async () => {
    await using client = await Probe.connect(binding, { transferSyntax: "ndr64" });
    const records = [{ name: "one", id: 2n ** 62n, values: new Int32Array([1, -2, 3]) }];
    expect(client.sync.records(records)).toEqual({ reply: records });
    const data = makeOctets(300_000, 3);
    expect(client.sync.upload(data)).toEqual({ received: data.length, sum: sumOf(data) });
  });

  it.each([0, 1, 1000, 16 * 1024, 64 * 1024, 1024 * 1024 + 3, 20 * 1024 * 1024])(
    "move %d octets each way",
    (length) => {
      const data = makeOctets(length, 3);
      expect(probe.sync.upload(data)).toEqual({ received: length, sum: sumOf(data) });
      const { data: received } = probe.sync.download(length, 9);
      expect(Buffer.compare(received ?? new Uint8Array(1), makeOctets(length, 9))).toBe(0);
    },
  );

  it("throw what the server answers", () => {
    expect(errorOf(() => probe.sync.fail(0))).toEqual({
      status: "RPC_S_INVALID_ARG",
      details: "kind 0 is never right",
    });
    expect([1, 2, 3, 4].map((kind) => statusOf(() => probe.sync.fail(kind)))).toEqual(
      Array.from({ length: 4 }, () => "RPC_S_CALL_FAILED"),
    );
  });

  it("end when their time is over, and tell the server", async () => {
    const start = performance.now();
    expect(statusOf(() => probe.sync.sleep(60_000, { timeout: 50 }))).toBe("RPC_S_TIMEOUT");
    expect(performance.now() - start).toBeGreaterThanOrEqual(49);
    expect(probe.sync.add(1, 2, { timeout: 10_000 })).toBe(3);
    for (let i = 0; i < 100 && probe.sync.census().sleeping > 0; i++) {
      await delay(10);
    }
    expect(probe.sync.census().sleeping).toBe(0);
  });

  it("refuse options that make no sense", () => {
    expect(statusOf(() => probe.sync.add(1, 2, { timeout: 0 }))).toBe("RPC_S_INVALID_ARG");
    const options: CallOptions = { signal: new AbortController().signal };
    expect(errorOf(() => probe.sync.add(1, 2, options))).toMatchObject({
      status: "RPC_S_INVALID_ARG",
      details: expect.stringContaining("timeout"),
    });
  });

  it("refuse methods with pipes", () => {
    class Streams extends SyncClient {
      emit(): never {
        return this.refuseStreams("Emit");
      }
    }
    expect(errorOf(() => new Streams(probe).emit())).toMatchObject({
      status: "RPC_S_CANNOT_SUPPORT",
      details: expect.stringContaining("Emit has a pipe"),
    });
  });

  it("lose nothing that arrives meanwhile", async () => {
    const order: string[] = [];
    const pending = Array.from({ length: 300 }, async (_, i) => {
      const sum = await probe.add(i, i);
      order.push(`awaited ${i}`);
      return sum;
    });
    const sleep = probe.sleep(20);
    expect(probe.sync.add(40, 2)).toBe(42);
    expect(probe.sync.sleep(40)).toEqual({ wasCancelled: false });
    order.push("synchronous");
    expect(await Promise.all(pending)).toEqual(Array.from({ length: 300 }, (_, i) => 2 * i));
    expect(await sleep).toEqual({ wasCancelled: false });
    // Nothing else of this thread ran before the synchronous calls were over.
    expect(order[0]).toBe("synchronous");
  });

  it("wait for a slot where the server has taken all it takes", async () => {
    const sleeps = Array.from({ length: 128 }, () => probe.sleep(30));
    const large = makeOctets(300_000, 1);
    expect(probe.sync.upload(large)).toEqual({ received: large.length, sum: sumOf(large) });
    expect(await Promise.all(sleeps)).toHaveLength(128);
  });

  it("carry context handles", () => {
    const { counter } = probe.sync.openCounter(5);
    expect(probe.sync.increment(counter, 2)).toBe(7);
    expect(probe.sync.closeCounter(counter)).toEqual({ counter: null });
    expect(counter.closed).toBe(true);
    expect(statusOf(() => probe.sync.increment(counter, 1))).toBe("RPC_X_SS_IN_NULL_CONTEXT");
  });

  it("share handles with calls that are awaited", async () => {
    const { counter } = await probe.openCounter(1);
    expect(probe.sync.increment(counter, 1)).toBe(2);
    expect(await probe.increment(counter, 1)).toBe(3);
    await counter.close();
  });

  it("end with the connection", async () => {
    await using other = await ServerProcess.start({ endpoint: "short-lived" });
    const client = await Probe.connect("ncalrpc:[short-lived]");
    expect(client.sync.add(1, 1)).toBe(2);
    const killer = spawn("sh", ["-c", `sleep 0.2; kill -9 ${other.pid}`]);
    expect(statusOf(() => client.sync.sleep(20_000))).toBe("RPC_S_CALL_FAILED");
    expect(statusOf(() => client.sync.add(1, 1))).toBe("RPC_S_CALL_FAILED_DNE");
    await client.connection.closed;
    expect(statusOf(() => client.sync.add(1, 1))).toBe("RPC_S_CALL_FAILED_DNE");
    await once(killer, "exit");
  });

  it("fail once the client has closed", async () => {
    const client = await Probe.connect(binding);
    await client.close();
    expect(statusOf(() => client.sync.add(1, 1))).toBe("RPC_S_CALL_FAILED_DNE");
  });

  it("are refused to a server of this thread, and served to other threads", async () => {
    const local = new RpcServer({ endpoint: "local" });
    registerProbes(local);
    await local.listen();
    try {
      const client = await Probe.connect("ncalrpc:[LOCAL]");
      expect(errorOf(() => client.sync.add(1, 2))).toMatchObject({
        status: "RPC_S_CANNOT_SUPPORT",
        details: expect.stringContaining("this thread"),
      });
      expect(await client.add(1, 2)).toBe(3);
      await client.close();
      const program = fileURLToPath(new URL("./dist/programs/sync-caller.js", import.meta.url));
      const worker = new Worker(program, { workerData: "ncalrpc:[local]" });
      // Both may come at once.
      const exited = once(worker, "exit");
      const [answer] = await once(worker, "message");
      expect(answer).toEqual({ sums: Array.from({ length: 100 }, (_, i) => 2 * i), received: 200_000 });
      await exited;
    } finally {
      await local.close();
    }
  });

  it("are refused within a handler, up to its first await", async () => {
    const local = new RpcServer({ endpoint: "caller" });
    const answers: unknown[] = [];
    local.register(OtherProbe, {
      openOther: async () => {
        answers.push(statusOf(() => probe.sync.add(1, 2)));
        await delay(1);
        answers.push(probe.sync.add(1, 2));
        return { other: {} };
      },
      useOther: () => 0,
    });
    await local.listen();
    try {
      const client = await OtherProbe.connect("ncalrpc:[caller]");
      await client.openOther();
      await client.close();
    } finally {
      await local.close();
    }
    expect(answers).toEqual(["RPC_S_CANNOT_SUPPORT", 3]);
  });
});

it("synchronous calls are refused over loopback ports", async () => {
  const kernel = createLoopbackKernel();
  const server = new RpcServer({ endpoint: "probe", kernel });
  registerProbes(server);
  await server.listen();
  const client = await Probe.connect(binding, { kernel });
  expect(statusOf(() => client.sync.add(1, 2))).toBe("RPC_S_CANNOT_SUPPORT");
  await client.close();
  await server.close();
});
