import diagnosticsChannel from "node:diagnostics_channel";
import { setTimeout as delay } from "node:timers/promises";
import { createLinuxKernel, createLoopbackKernel, type Kernel } from "@ncalrpc/alpc";
import {
  type AccessDeniedEvent,
  type HandlerErrorEvent,
  type RegisterOptions,
  RpcError,
  RpcServer,
  type RpcServerOptions,
  type RundownErrorEvent,
  type ServerCall,
} from "@ncalrpc/runtime";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { OtherProbe } from "./dist/gen/other-probe.js";
import { Probe, type ProbeClient, type ProbeHandlers } from "./dist/gen/probe.js";
import { ServerProcess, useEndpointDirectory } from "./dist/server-process.js";
import { statusOf } from "./runtime-suite.js";

let directory: ReturnType<typeof useEndpointDirectory>;

beforeAll(() => {
  directory = useEndpointDirectory();
});

afterAll(() => directory[Symbol.dispose]());

/** A state that counts how often it was run down. */
class State implements Disposable {
  runDowns = 0;

  [Symbol.dispose](): void {
    this.runDowns++;
  }
}

/** Handlers of Probe, of which a test replaces those that it is about. */
const plainHandlers: ProbeHandlers = {
  echo: (text) => ({ reply: text }),
  add: (a, b) => a + b,
  records: (records) => ({ reply: records }),
  upload: (data) => ({ received: data.length, sum: 0 }),
  download: (length) => ({ data: new Uint8Array(length) }),
  sleep: async (milliseconds, call) => {
    try {
      await delay(milliseconds, undefined, { signal: call.signal });
      return { wasCancelled: false };
    } catch {
      return { wasCancelled: true };
    }
  },
  fail: (kind) => ({ result: kind }),
  whoAmI: () => ({ user: null, pid: 0, tokenId: 0 }),
  privileged: () => {},
  openCounter: () => ({ counter: new State() }),
  increment: (_counter, by) => by,
  closeCounter: () => ({ counter: null }),
  census: () => ({ open: 0, runDown: 0, sleeping: 0, connections: 0 }),
};

describe.each([
  ["linux", createLinuxKernel],
  ["loopback", createLoopbackKernel],
] as const)("a server over %s ports", (name, createKernel) => {
  const kernel: Kernel = createKernel();
  const servers: RpcServer[] = [];
  const clients: ProbeClient[] = [];

  afterEach(async () => {
    for (const client of clients.splice(0)) {
      await client.close();
    }
    for (const server of servers.splice(0)) {
      await server.close({ grace: 1 });
    }
  });

  async function serve(
    handlers: Partial<ProbeHandlers> = {},
    options: RegisterOptions<ProbeHandlers> = {},
    serverOptions: Partial<RpcServerOptions> = {},
  ): Promise<RpcServer> {
    const server = new RpcServer({ endpoint: `drain-${name}`, kernel, ...serverOptions });
    server.register(Probe, { ...plainHandlers, ...handlers }, options);
    server.register(OtherProbe, { openOther: () => ({ other: new State() }), useOther: () => 0 });
    await server.listen();
    servers.push(server);
    return server;
  }

  async function connect(): Promise<ProbeClient> {
    const client = await Probe.connect(`ncalrpc:[drain-${name}]`, { kernel });
    clients.push(client);
    return client;
  }

  describe("that closes", () => {
    it("lets calls in flight finish and refuses new ones", async () => {
      const server = await serve();
      const client = await connect();
      const calls = Array.from({ length: 5 }, () => client.sleep(100));
      await delay(20);
      const closing = server.close();
      expect(await statusOf(client.add(1, 2))).toBe("RPC_S_SERVER_TOO_BUSY");
      expect(await Promise.all(calls)).toEqual(Array.from({ length: 5 }, () => ({ wasCancelled: false })));
      await closing;
      expect(await statusOf(client.add(1, 2))).toMatch(/^RPC_S_CALL_FAILED/);
    });

    it("frees its name at once, for the next server", async () => {
      const server = await serve();
      const client = await connect();
      const call = client.sleep(200);
      await delay(20);
      const closing = server.close();
      expect(await statusOf(Probe.connect(`ncalrpc:[drain-${name}]`, { kernel }))).toBe(
        "RPC_S_SERVER_UNAVAILABLE",
      );
      await serve({ add: () => 4711 });
      expect(await (await connect()).add(1, 1)).toBe(4711);
      expect(await call).toEqual({ wasCancelled: false });
      await closing;
    });

    it("cancels what has not finished after the grace", async () => {
      let reason: unknown = null;
      const server = await serve({
        sleep: async (_milliseconds, call) => {
          await new Promise((resolve) => call.signal.addEventListener("abort", resolve));
          reason = call.signal.reason;
          return { wasCancelled: true };
        },
      });
      const client = await connect();
      const call = statusOf(client.sleep(60_000));
      await delay(20);
      const before = performance.now();
      await server.close({ grace: 50 });
      expect(performance.now() - before).toBeLessThan(2_000);
      expect(await call).toBe("RPC_S_CALL_FAILED");
      await expect.poll(() => reason).toMatchObject({ status: "RPC_S_CALL_CANCELLED" });
    });

    it("runs context handles down, each once", async () => {
      const states: State[] = [];
      const server = await serve({
        openCounter: () => {
          const counter = new State();
          states.push(counter);
          return { counter };
        },
      });
      for (const client of [await connect(), await connect()]) {
        for (let i = 0; i < 5; i++) {
          const { counter } = await client.openCounter(i);
          if (i === 0) {
            await counter.close();
          }
        }
      }
      await server.close();
      const runDowns = () => states.map((state) => state.runDowns);
      await expect.poll(runDowns).toEqual([0, 1, 1, 1, 1, 0, 1, 1, 1, 1]);
      await delay(20);
      expect(runDowns()).toEqual([0, 1, 1, 1, 1, 0, 1, 1, 1, 1]);
    });
  });

  describe("that has limits", () => {
    it("takes no more calls than they say", async () => {
      let running = 0;
      let most = 0;
      const sleep = async (milliseconds: number) => {
        most = Math.max(most, ++running);
        await delay(milliseconds);
        running--;
        return { wasCancelled: false };
      };
      await serve({ sleep }, {}, { limits: { maxCalls: 4 } });
      const client = await connect();
      expect(await Promise.all(Array.from({ length: 20 }, () => client.sleep(5)))).toHaveLength(20);
      expect(most).toBe(4);
    });

    it("binds no more interfaces than they say", async () => {
      await serve({}, {}, { limits: { maxBindings: 3 } });
      const { connection } = await connect();
      await connection.bind(Probe, false);
      await connection.bind(OtherProbe, false);
      expect(await statusOf(connection.bind(OtherProbe, false))).toBe("RPC_S_OUT_OF_RESOURCES");
    });

    it("keeps no more context handles than they say, and runs down what is too many", async () => {
      const states: State[] = [];
      const openCounter = () => {
        const counter = new State();
        states.push(counter);
        return { counter };
      };
      await serve({ openCounter }, {}, { limits: { maxContexts: 3, maxContextsPerUser: 5 } });
      const [first, second] = [await connect(), await connect()];
      const handles = [await first.openCounter(1), await first.openCounter(2), await first.openCounter(3)];
      expect(await statusOf(first.openCounter(4))).toBe("RPC_S_OUT_OF_RESOURCES");
      await second.openCounter(5);
      await second.openCounter(6);
      expect(await statusOf(second.openCounter(7))).toBe("RPC_S_OUT_OF_RESOURCES");
      await expect.poll(() => states.map((state) => state.runDowns)).toEqual([0, 0, 0, 1, 0, 0, 1]);
      await handles[0]?.counter.close();
      await second.openCounter(8);
    });

    it("takes no larger requests and gives no larger responses than they say", async () => {
      await serve({}, {}, { limits: { maxRequestSize: 200_000, maxResponseSize: 200_000 } });
      const client = await connect();
      expect(await client.upload(new Uint8Array(150_000))).toMatchObject({ received: 150_000 });
      expect(await statusOf(client.upload(new Uint8Array(250_000)))).toBe("RPC_S_OUT_OF_RESOURCES");
      expect((await client.download(150_000, 0)).data).toHaveLength(150_000);
      expect(await statusOf(client.download(250_000, 0))).toMatch(/^RPC_S_(OUT_OF_RESOURCES|CALL_FAILED)$/);
      expect(await client.add(1, 1)).toBe(2);
    });
  });

  describe("that asks", () => {
    const ask: Record<string, (call: ServerCall) => boolean | Promise<boolean>> = {
      "no, at once": () => false,
      "no, later": async () => false,
      "an exception": () => {
        throw new Error("a secret of the server");
      },
      "a rejection": () => Promise.reject(new Error("a secret of the server")),
    };

    it.each(Object.entries(ask))("and gets %s refuses the call", async (_answer, authorize) => {
      let entered = 0;
      await serve({ add: () => ++entered }, { authorize });
      const client = await connect();
      const refused = await client.add(1, 1).catch((error: unknown) => error);
      expect(refused).toMatchObject({ status: "RPC_S_ACCESS_DENIED" });
      expect(String(refused)).toContain("Probe.add");
      expect(String(refused)).not.toContain("secret");
      expect(entered).toBe(0);
    });

    it.each([
      ["at once", () => true],
      ["later", () => delay(5).then(() => true)],
    ] as const)("and gets yes, %s, serves the call, large or small", async (_when, authorize) => {
      const asked: string[] = [];
      await serve(
        {},
        {
          authorize: (call) => {
            asked.push(call.name);
            return authorize();
          },
        },
      );
      const client = await connect();
      expect(await client.add(20, 22)).toBe(42);
      expect(await client.echo("text")).toEqual({ reply: "text" });
      expect(await client.upload(new Uint8Array(1_000_000))).toMatchObject({ received: 1_000_000 });
      expect(asked).toEqual(["Probe.add", "Probe.echo", "Probe.upload"]);
    });

    it("does not run a call whose client has gone meanwhile", async () => {
      let entered = 0;
      let decide = (_answer: boolean) => {};
      await serve(
        { add: () => ++entered },
        {
          authorize: () =>
            new Promise((resolve) => {
              decide = resolve;
            }),
        },
      );
      const client = await connect();
      const call = statusOf(client.add(1, 1));
      await delay(20);
      await client.close();
      expect(await call).toBe("RPC_S_CALL_FAILED");
      await delay(20);
      decide(true);
      await delay(20);
      expect(entered).toBe(0);
    });
  });

  describe("with handlers that outlive their client", () => {
    it("runs down the handle that such a one returns", async () => {
      const state = new State();
      let finish = () => {};
      await serve({
        openCounter: () =>
          new Promise((resolve) => {
            finish = () => resolve({ counter: state });
          }),
      });
      const client = await connect();
      const call = statusOf(client.openCounter(1));
      await delay(20);
      await client.close();
      expect(await call).toBe("RPC_S_CALL_FAILED");
      await delay(20);
      finish();
      await expect.poll(() => state.runDowns).toBe(1);
    });
  });

  describe("with descriptors", () => {
    const nobody = "D:(A;;GX;;;S-1-22-1-4711)";

    it("of an interface refuses its methods only", async () => {
      await serve({}, { security: nobody });
      const client = await connect();
      expect(await statusOf(client.add(1, 1))).toBe("RPC_S_ACCESS_DENIED");
      const other = await OtherProbe.connect(client.connection);
      expect(await other.openOther()).toBeDefined();
    });

    it("of a method refuses that one only", async () => {
      await serve({}, { methods: { add: nobody } });
      const client = await connect();
      expect(await statusOf(client.add(1, 1))).toBe("RPC_S_ACCESS_DENIED");
      expect(await client.echo("text")).toEqual({ reply: "text" });
    });

    it("of an interface and a method grants what both grant", async () => {
      await serve({}, { security: "D:(A;;GX;;;WD)", methods: { add: nobody, echo: "D:(A;;GX;;;WD)" } });
      const client = await connect();
      expect(await statusOf(client.add(1, 1))).toBe("RPC_S_ACCESS_DENIED");
      expect(await client.echo("text")).toEqual({ reply: "text" });
    });
  });

  describe("with handlers that fail", () => {
    const failing: Partial<ProbeHandlers> = {
      add: () => {
        throw new Error("a secret of the server");
      },
      fail: () => ({ result: -1 }),
      echo: () => {
        throw new RpcError("RPC_S_INVALID_ARG", { details: "for the client" });
      },
    };

    it("tells clients nothing of it", async () => {
      await serve(failing);
      const client = await connect();
      await expect(client.add(1, 1)).rejects.toMatchObject({ status: "RPC_S_CALL_FAILED", details: null });
      await expect(client.fail(1)).rejects.toMatchObject({ status: "RPC_S_CALL_FAILED", details: null });
      await expect(client.echo("")).rejects.toMatchObject({
        status: "RPC_S_INVALID_ARG",
        details: "for the client",
      });
    });

    it("tells them if it is to expose errors, but no stack", async () => {
      await serve(failing, {}, { exposeErrors: true });
      const client = await connect();
      const error = await client.add(1, 1).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ status: "RPC_S_CALL_FAILED", details: "a secret of the server" });
      expect(String(error)).not.toContain("drain.test");
    });

    it("checks results if it is to validate them", async () => {
      const download = () => ({ data: new Uint8Array(2), surplus: true });
      const upload = () => ({ received: 0.5, sum: 0 });
      await serve({ upload, download }, { validateResults: true });
      const client = await connect();
      expect(await client.add(1, 1)).toBe(2);
      expect(await statusOf(client.upload(new Uint8Array(1)))).toBe("RPC_S_CALL_FAILED");
      expect((await client.download(2, 0)).data).toEqual(new Uint8Array(2));
    });
  });

  describe("reports on a diagnostics channel", () => {
    const seen: unknown[] = [];
    const note = (message: unknown) => void seen.push(message);
    const channels = ["ncalrpc:access-denied", "ncalrpc:handler-error", "ncalrpc:rundown-error"];

    beforeAll(() => {
      for (const channel of channels) diagnosticsChannel.subscribe(channel, note);
    });

    afterAll(() => {
      for (const channel of channels) diagnosticsChannel.unsubscribe(channel, note);
    });

    afterEach(() => {
      seen.length = 0;
    });

    it("who was refused what", async () => {
      await serve({}, { methods: { add: "D:(A;;GX;;;S-1-22-1-4711)" } });
      const client = await connect();
      await statusOf(client.add(1, 1));
      expect(seen).toEqual([
        {
          caller: expect.objectContaining({ pid: process.pid }),
          method: "Probe.add",
          reason: expect.stringContaining("S-1-22-1-"),
        } satisfies Record<keyof AccessDeniedEvent, unknown>,
      ]);
    });

    it("which handler threw what", async () => {
      const error = new Error("a secret of the server");
      await serve({ add: () => Promise.reject(error) });
      const client = await connect();
      await statusOf(client.add(1, 1));
      expect(seen).toEqual([
        {
          caller: expect.objectContaining({ pid: process.pid }),
          method: "Probe.add",
          error,
        } satisfies Record<keyof HandlerErrorEvent, unknown>,
      ]);
    });

    it("which rundown failed", async () => {
      const error = new Error("cannot let go");
      await serve({}, { rundown: () => Promise.reject(error) });
      const client = await connect();
      await client.openCounter(1);
      await client.close();
      const event = { interface: "Probe", contextType: "COUNTER", error } satisfies RundownErrorEvent;
      await expect.poll(() => seen).toEqual([event]);
    });
  });
});

describe("a server in another process", () => {
  it("ends when it has closed, after the calls in flight", async () => {
    await using server = await ServerProcess.start({ endpoint: "draining" });
    await using client = await Probe.connect("ncalrpc:[draining]");
    const call = client.sleep(300);
    await delay(50);
    const exited = new Promise((resolve) => server.process.once("exit", resolve));
    server.process.send("close");
    expect(await call).toEqual({ wasCancelled: false });
    expect(await exited).toBe(0);
    expect(await statusOf(Probe.connect("ncalrpc:[draining]"))).toBe("RPC_S_SERVER_UNAVAILABLE");
  });
});
