import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createLinuxKernel } from "@ncalrpc/alpc/linux";
import { createLoopbackKernel } from "@ncalrpc/alpc/loopback";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { OtherProbe } from "./dist/gen/other-probe.js";
import { Probe } from "./dist/gen/probe.js";
import { ServerProcess, useEndpointDirectory } from "./dist/server-process.js";
import { kernels, ProbeServers, State } from "./probe-servers.js";
import { statusOf } from "./runtime-suite.js";

let directory: ReturnType<typeof useEndpointDirectory>;

beforeAll(() => {
  directory = useEndpointDirectory();
});

afterAll(() => directory[Symbol.dispose]());

describe.each(kernels)("a server over %s ports", (_name, createKernel) => {
  const servers = new ProbeServers(createKernel());

  afterEach(() => servers.closeAll());

  describe("that closes", () => {
    it("lets calls in flight finish and refuses new ones", async () => {
      const { sleep, entered, wakeAll } = heldSleeps();
      const server = await servers.serve({ sleep });
      const client = await servers.connect();
      const calls = Array.from({ length: 5 }, () => client.sleep(0));
      await expect.poll(entered).toBe(5);
      const closing = server.close();
      expect(await statusOf(client.add(1, 2))).toBe("RPC_S_SERVER_TOO_BUSY");
      wakeAll();
      expect(await Promise.all(calls)).toEqual(Array.from({ length: 5 }, () => ({ wasCancelled: false })));
      await closing;
      expect(await statusOf(client.add(1, 2))).toMatch(/^RPC_S_CALL_FAILED/);
    });

    it("frees its name at once, for the next server", async () => {
      const { sleep, entered, wakeAll } = heldSleeps();
      const server = await servers.serve({ sleep });
      const client = await servers.connect();
      const call = client.sleep(0);
      await expect.poll(entered).toBe(1);
      const closing = server.close();
      expect(await statusOf(Probe.connect(servers.binding, { kernel: servers.kernel }))).toBe(
        "RPC_S_SERVER_UNAVAILABLE",
      );
      await servers.serve({ add: () => 4711 });
      expect(await (await servers.connect()).add(1, 1)).toBe(4711);
      wakeAll();
      expect(await call).toEqual({ wasCancelled: false });
      await closing;
    });

    it("cancels what has not finished after the grace", async () => {
      let reason: unknown = null;
      let isRunning = false;
      const server = await servers.serve({
        sleep: async (_milliseconds, call) => {
          isRunning = true;
          await new Promise((resolve) => call.signal.addEventListener("abort", resolve));
          reason = call.signal.reason;
          return { wasCancelled: true };
        },
      });
      const client = await servers.connect();
      const call = statusOf(client.sleep(60_000));
      await expect.poll(() => isRunning).toBe(true);
      const before = performance.now();
      await server.close({ grace: 50 });
      expect(performance.now() - before).toBeLessThan(2_000);
      expect(await call).toBe("RPC_S_CALL_FAILED");
      await expect.poll(() => reason).toMatchObject({ status: "RPC_S_CALL_CANCELLED" });
    });

    it("runs context handles down, each once", async () => {
      const states: State[] = [];
      const server = await servers.serve({
        openCounter: () => {
          const counter = new State();
          states.push(counter);
          return { counter };
        },
      });
      for (const client of [await servers.connect(), await servers.connect()]) {
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

    it("has run them down when it is closed, but does not wait for ever", async () => {
      let isRunDown = false;
      const slow = await servers.serve(
        {},
        {
          rundown: async () => {
            await delay(50);
            isRunDown = true;
          },
        },
      );
      await (await servers.connect()).openCounter(1);
      await slow.close();
      expect(isRunDown).toBe(true);
      const stuck = await servers.serve({}, { rundown: () => new Promise(() => {}) });
      await (await servers.connect()).openCounter(1);
      const before = performance.now();
      await stuck.close({ grace: 50 });
      expect(performance.now() - before).toBeLessThan(2_000);
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
      await servers.serve({ sleep }, {}, { limits: { maxCalls: 4 } });
      const client = await servers.connect();
      expect(await Promise.all(Array.from({ length: 20 }, () => client.sleep(5)))).toHaveLength(20);
      expect(most).toBe(4);
    });

    it("binds no more interfaces than they say", async () => {
      await servers.serve({}, {}, { limits: { maxBindings: 3 } });
      const { connection } = await servers.connect();
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
      await servers.serve({ openCounter }, {}, { limits: { maxContexts: 3, maxContextsPerUser: 5 } });
      const [first, second] = [await servers.connect(), await servers.connect()];
      const handles = [await first.openCounter(1), await first.openCounter(2), await first.openCounter(3)];
      expect(await statusOf(first.openCounter(4))).toBe("RPC_S_OUT_OF_RESOURCES");
      await second.openCounter(5);
      await second.openCounter(6);
      expect(await statusOf(second.openCounter(7))).toBe("RPC_S_OUT_OF_RESOURCES");
      await expect.poll(() => states.map((state) => state.runDowns)).toEqual([0, 0, 0, 1, 0, 0, 1]);
      await handles[0]?.counter.close();
      await second.openCounter(8);
    });

    it("holds no more octets of large requests than they say", async () => {
      let letGo = () => {};
      const held = new Promise<void>((resolve) => {
        letGo = resolve;
      });
      const upload = async (data: Uint8Array) => {
        await held;
        return { received: data.length, sum: 0 };
      };
      await servers.serve({ upload }, {}, { limits: { maxBytesInFlight: 1_000_000 } });
      const client = await servers.connect();
      const large = () => client.upload(new Uint8Array(400_000));
      const [first, second, third] = [large(), large(), large()];
      expect(await statusOf(third)).toBe("RPC_S_SERVER_TOO_BUSY");
      letGo();
      expect(await Promise.all([first, second])).toMatchObject([
        { received: 400_000 },
        { received: 400_000 },
      ]);
      expect(await large()).toMatchObject({ received: 400_000 });
    });

    it("hold no more octets of all clients of a user than they say, and one request", async () => {
      let letGo = () => {};
      const held = new Promise<void>((resolve) => {
        letGo = resolve;
      });
      const upload = async (data: Uint8Array) => {
        await held;
        return { received: data.length, sum: 0 };
      };
      await servers.serve({ upload }, {}, { limits: { maxBytesInFlightPerUser: 1_000_000 } });
      const [first, second] = [await servers.connect(), await servers.connect()];
      const large = new Uint8Array(400_000);
      const calls = [first.upload(large), first.upload(large)];
      expect(await first.add(1, 1)).toBe(2);
      calls.push(second.upload(large));
      expect(await statusOf(second.upload(large))).toBe("RPC_S_SERVER_TOO_BUSY");
      expect(await second.add(1, 1)).toBe(2);
      letGo();
      expect(await Promise.all(calls)).toEqual(Array(3).fill({ received: 400_000, sum: 0 }));
      expect(await second.upload(large)).toMatchObject({ received: 400_000 });
    });

    it("takes no larger requests and gives no larger responses than they say", async () => {
      await servers.serve({}, {}, { limits: { maxRequestSize: 200_000, maxResponseSize: 200_000 } });
      const client = await servers.connect();
      expect(await client.upload(new Uint8Array(150_000))).toMatchObject({ received: 150_000 });
      expect(await statusOf(client.upload(new Uint8Array(250_000)))).toBe("RPC_S_OUT_OF_RESOURCES");
      expect((await client.download(150_000, 0)).data).toHaveLength(150_000);
      expect(await statusOf(client.download(250_000, 0))).toMatch(/^RPC_S_(OUT_OF_RESOURCES|CALL_FAILED)$/);
      expect(await client.add(1, 1)).toBe(2);
    });
  });
});

describe("a server that closes while a client fetches a response", () => {
  const servers = new ProbeServers(createLoopbackKernel());
  afterEach(() => servers.closeAll());

  it("waits until it has it", async () => {
    const length = 300_000;
    let answer = () => {};
    const download = () =>
      new Promise<{ data: Uint8Array }>((resolve) => {
        answer = () => resolve({ data: new Uint8Array(length).fill(7) });
      });
    const port = { limits: { maxSectionSize: 128 * 1024 }, directMemory: { allow: "same-user" } } as const;
    const server = await servers.serve({ download }, {}, { port });
    const call = (await servers.connect()).download(length, 0);
    await delay(20);
    const closing = server.close();
    answer();
    expect((await call).data).toEqual(new Uint8Array(length).fill(7));
    await closing;
  });
});

describe("a connection", () => {
  const servers = new ProbeServers(createLoopbackKernel());
  afterEach(() => servers.closeAll());

  it("that is closed binds nothing", async () => {
    await servers.serve();
    const { connection } = await servers.connect();
    connection.close();
    expect(await statusOf(connection.bind(Probe, false))).toBe("RPC_S_CALL_FAILED_DNE");
  });

  it("says so when it has no more numbers for bindings", { timeout: 30_000 }, async () => {
    await servers.serve();
    const { connection } = await servers.connect();
    const unknown = { ...Probe, uuid: "b1b5a6f4-3c38-4e0f-8a56-7f1f0c2d9e00" };
    for (let i = 1; i < 0xffff; i += 0x80) {
      const count = Math.min(0x80, 0xffff - i);
      await Promise.all(Array.from({ length: count }, () => statusOf(connection.bind(unknown, false))));
    }
    expect(await statusOf(connection.bind(unknown, false))).toBe("RPC_S_OUT_OF_RESOURCES");
  });
});

/** A handler of Sleep whose calls last until they are woken. */
function heldSleeps() {
  let calls = 0;
  let wakeAll = () => {};
  const woken = new Promise<void>((resolve) => {
    wakeAll = resolve;
  });
  const sleep = async () => {
    calls++;
    await woken;
    return { wasCancelled: false };
  };
  return { sleep, entered: () => calls, wakeAll };
}

describe("a server in another process", () => {
  it("ends when it has closed, after the calls in flight", async () => {
    await using server = await ServerProcess.start({ endpoint: "draining" });
    await using client = await Probe.connect("ncalrpc:[draining]");
    const call = client.sleep(300);
    // Answered after the other one has begun.
    await client.add(1, 1);
    const exited = new Promise((resolve) => server.process.once("exit", resolve));
    server.process.send("close");
    expect(await call).toEqual({ wasCancelled: false });
    expect(await exited).toBe(0);
    expect(await statusOf(Probe.connect("ncalrpc:[draining]"))).toBe("RPC_S_SERVER_UNAVAILABLE");
  });

  it("waits, too, until clients have taken the answers", async () => {
    const journal = join(directory.path, "journal");
    await using server = await ServerProcess.start({ endpoint: "draining" }, [], journal);
    const kernel = createLinuxKernel();
    await using client = await Probe.connect("ncalrpc:[draining]", { kernel });
    const length = 30_000;
    const calls = Array.from({ length: 100 }, () => client.download(length, 0));
    const last = client.add(7, 0);
    kernel.flush();
    // While this thread reads nothing, the server answers more than there is room for, and begins to close.
    for (let i = 0; i < 2_000 && !readFileSync(journal, "utf8").includes("add 7"); i++) block(5);
    server.process.send("close");
    block(200);
    const lengths = (await Promise.all(calls)).map(({ data }) => data?.length);
    expect(lengths).toEqual(Array(calls.length).fill(length));
    expect(await last).toBe(7);
  });
});

function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
