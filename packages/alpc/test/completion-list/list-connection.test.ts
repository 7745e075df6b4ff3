import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { MessageType, PORT_MESSAGE_SIZE } from "../../src/index.js";
import { createLinuxKernel, type LinuxKernelOptions } from "../../src/linux.js";
import { census } from "../census.js";
import { eventually, message, PortClient } from "../port-client.js";
import { processorTime } from "../processor-time.js";
import { allow, startTestServer } from "../programs/test-server.mjs";
import { type ServerProcess, startProgram, stopProgram } from "../server-process.js";

const directory = mkdtempSync(join(tmpdir(), "ncalrpc-list-"));
// Where the suites run with the lists switched off, they are what is tested here all the same.
const environment = { NCALRPC_DIR: directory, NCALRPC_COMPLETION_LIST: "on" };
let server: ServerProcess;

beforeAll(async () => {
  server = (await startProgram("port-server.mjs", ["listed"], environment)).child;
});
afterAll(async () => {
  await stopProgram(server);
  rmSync(directory, { recursive: true });
});

/** A client whose connection has been busy. */
async function busyClient(
  options: LinuxKernelOptions = {},
  attributes = {},
  name = "listed",
): Promise<PortClient> {
  const kernel = createLinuxKernel({ environment, completionList: true, ...options });
  const client = await PortClient.connect(kernel, name, "", attributes);
  await makeBusy(client);
  return client;
}
/** At once, as a machine that has much to do may be slow with one call after the other. */
async function makeBusy(client: PortClient): Promise<void> {
  for (let round = 0; round < 2; round++) {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => client.call(`${i}`)));
    expect(answers.map(({ text }) => text)).toEqual(Array.from({ length: 20 }, (_, i) => `${i}`));
  }
}
const mappings = () => census(null, server.pid).mappings;

describe("a completion list", () => {
  it("is made for a connection that is busy, and goes with it", async () => {
    const before = mappings();
    const kernel = createLinuxKernel({ environment, completionList: true });
    const idle = await PortClient.connect(kernel, "listed");
    for (let i = 0; i < 5; i++) await idle.call("x");
    expect(mappings()).toBe(before);
    idle.port.close();
    const client = await busyClient();
    expect(mappings()).toBe(before + 1);
    client.port.close();
    await eventually(() => mappings() === before);
    expect(census().mappings).toBe(0);
  });

  it.each<[string, LinuxKernelOptions, object]>([
    ["the client's kernel has none", { completionList: false }, {}],
    ["memory cannot be seen in place", { memoryMode: "copied" }, {}],
    ["the sender may change", {}, { tracking: "dynamic" }],
    ["other processes may send", {}, { delegate: true }],
  ])("is not made where %s", async (_, options, attributes) => {
    const before = mappings();
    const client = await busyClient(options, attributes);
    expect(mappings()).toBe(before);
    client.port.close();
  });

  it("is not made by a server that has none", async () => {
    const off = { ...environment, NCALRPC_COMPLETION_LIST: "off" };
    const { child } = await startProgram("port-server.mjs", ["unlisted"], off);
    const kernel = createLinuxKernel({ environment, completionList: true });
    const client = await PortClient.connect(kernel, "unlisted");
    for (let i = 0; i < 100; i++) await client.call("x");
    expect(census(null, child.pid).mappings).toBe(0);
    client.port.close();
    await stopProgram(child);
  });

  it.each<[string, LinuxKernelOptions]>([
    ["spinning", {}],
    ["asleep", { spin: false }],
  ])("keeps the order of what goes through it, over the socket, and with views (%s)", async (_, options) => {
    const { child } = await startProgram("port-server.mjs", ["ordered"], environment);
    const client = await busyClient(options, {}, "ordered");
    const { port } = client;
    let sent = 0;
    const datagram = (length: number) => {
      const bytes = message(`${sent++} `.padEnd(length, "x"));
      port.send(MessageType.DATAGRAM, bytes, bytes.length, 0, 0);
    };
    for (let round = 0; round < 40; round++) {
      // Short ones, ones that are too long for the ring, and more than fit into it.
      for (let i = 0; i < 5; i++) datagram(20 + ((round * 37 + i * 11) % 500));
      if (round % 3 === 0) datagram(40_000);
      if (round % 4 === 0) for (let i = 0; i < 40; i++) datagram(3_000);
      const view = round % 5 === 0 ? await port.allocateView(70_000) : undefined;
      const bytes = message(`${sent++} with a view`);
      port.send(MessageType.DATAGRAM, bytes, bytes.length, 0, 0, view === undefined ? {} : { view });
      if (round % 7 === 0) expect((await client.call("between")).text).toBe("between");
    }
    const { datagrams } = await client.log();
    const numbers = datagrams.slice(-sent).map((text) => Number.parseInt(text, 10));
    expect(numbers).toEqual(Array.from({ length: sent }, (_, i) => i));
    port.close();
    await stopProgram(child);
  });

  it("carries more than it has room for: what the server sends at once arrives whole and in order", async () => {
    const client = await busyClient();
    for (let round = 1; round <= 10; round++) {
      expect((await client.call("flood")).text).toBe("flooded");
      expect(client.datagrams.length).toBe(200 * round);
    }
    const text = "y".repeat(60_000);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => client.call(`${i} ${text}`)));
    expect(answers.map((answer) => Number.parseInt(answer.text, 10))).toEqual(
      Array.from({ length: 20 }, (_, i) => i),
    );
    client.port.close();
  });

  it("delivers what was sent before the server closes, or is killed", async () => {
    for (let round = 0; round < 5; round++) {
      const { child } = await startProgram("port-server.mjs", ["mortal"], environment);
      const client = await PortClient.connect(
        createLinuxKernel({ environment, completionList: true }),
        "mortal",
      );
      await makeBusy(client);
      const answers: string[] = [];
      for (let i = 0; i < 50; i++) void client.call(`${i}`).then(({ text }) => answers.push(text));
      await client.call("last");
      if (round % 2 === 0) child.kill("SIGKILL");
      else void client.call("close");
      await client.closed;
      expect(answers).toEqual(Array.from({ length: 50 }, (_, i) => `${i}`));
      await stopProgram(child);
    }
  });

  it("delivers more than a turn of it when the end is already there", async () => {
    const { child } = await startProgram("port-server.mjs", ["mortal"], environment);
    const kernel = createLinuxKernel({ environment, completionList: true });
    const client = await PortClient.connect(kernel, "mortal");
    await makeBusy(client);
    const answers: string[] = [];
    for (let i = 0; i < 300; i++) void client.call(`${i}`).then(({ text }) => answers.push(text));
    void client.call("close").catch(() => {});
    kernel.flush();
    // While this thread sleeps, the server answers all of them and closes.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    await client.closed;
    expect(answers).toEqual(Array.from({ length: 300 }, (_, i) => `${i}`));
    await stopProgram(child);
  });

  it("lets timers keep their pace while calls are awaited one after the other", async () => {
    const client = await busyClient();
    let isOver = false;
    let calls = 0;
    const loop = (async () => {
      while (!isOver) {
        await client.call("x");
        calls++;
      }
    })();
    const { setTimeout: delay } = await import("node:timers/promises");
    const ticksIn = async (milliseconds: number) => {
      let ticks = 0;
      const timer = setInterval(() => ticks++, 1);
      await delay(milliseconds);
      clearInterval(timer);
      return ticks;
    };
    const busy = await ticksIn(300);
    isOver = true;
    await loop;
    const idle = await ticksIn(300);
    expect(calls).toBeGreaterThan(100);
    expect(busy).toBeGreaterThan(idle / 3);
    client.port.close();
  });

  it("does not know whose message started a look: handlers run in no caller's context", async () => {
    const { AsyncLocalStorage } = await import("node:async_hooks");
    const storage = new AsyncLocalStorage<string>();
    const kernel = createLinuxKernel({ environment, completionList: true });
    const { user } = kernel.currentToken();
    const seen = new Set<string | undefined>();
    const reply = Buffer.alloc(PORT_MESSAGE_SIZE);
    const port = kernel.createPort(
      "context",
      { securityDescriptor: allow(user, user) },
      {
        onConnect: (request) => request.accept(),
        onMessage: (peer, { messageId }) => {
          seen.add(storage.getStore());
          peer.send(MessageType.REPLY, reply, reply.length, messageId, 0);
        },
        onClosed: () => {},
      },
    );
    const client = await PortClient.connect(kernel, "context");
    for (let i = 0; i < 200; i++) await storage.run(`caller ${i}`, () => client.call("x"));
    expect([...seen]).toEqual([undefined]);
    client.port.close();
    port.close();
  });
});

describe("a completion list that is idle", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is given back, and made again when it is needed", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const kernel = createLinuxKernel({ environment, completionList: true });
    const { user } = kernel.currentToken();
    const port = startTestServer(kernel, "own", { securityDescriptor: allow(user, user) });
    const client = await PortClient.connect(kernel, "own");
    for (let round = 0; round < 3; round++) {
      await makeBusy(client);
      expect((await client.call("through the list")).text).toBe("through the list");
      expect(census().mappings).toBe(2);
      vi.advanceTimersByTime(10_000);
      expect((await client.call("busy")).text).toBe("busy");
      expect(census().mappings).toBe(2);
      vi.advanceTimersByTime(10_000);
      vi.advanceTimersByTime(10_000);
      await eventually(() => census().mappings === 0);
      expect((await client.call("without")).text).toBe("without");
    }
    client.port.close();
    port.close();
    await client.closed;
  });

  it("costs nothing", async () => {
    const client = await busyClient();
    await expect.poll(() => processorTime(300), { timeout: 3_000 }).toBeLessThan(60);
    client.port.close();
  });
});
