import { closeSync, mkdtempSync, openSync, readdirSync, readlinkSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Token, unixUser, wellKnownSids } from "@ncalrpc/security";
import { describe, expect, it, vi } from "vitest";
import { type ConnectionRequest, MessageType, PORT_MESSAGE_SIZE } from "../src/index.js";
import { createLoopbackKernel, type LoopbackFaults, type LoopbackKernel } from "../src/loopback.js";
import { releaseBytes } from "../src/octet-memory.js";
import { sealBytes } from "../src/sealed-bytes.js";
import { message, PortClient } from "./port-client.js";
import { allow, startTestServer } from "./programs/test-server.mjs";

const { everyone, local, authenticatedUsers } = wellKnownSids;
const token = (uid: number, pid = 100) =>
  new Token({ user: unixUser(uid), groups: [everyone, local, authenticatedUsers], pid });
const owner = token(1000);

const serve = (faults: LoopbackFaults = {}, ...admitted: Token[]): LoopbackKernel => {
  const kernel = createLoopbackKernel({ token: owner, faults });
  const sids = [owner, ...admitted].map(({ user }) => user);
  startTestServer(kernel, "server", { securityDescriptor: allow(owner.user, ...sids) });
  return kernel;
};

describe("identities of the loopback kernel", () => {
  it("are those of the token that one gives it", async () => {
    const kernel = serve({}, token(1001));
    const client = await PortClient.connect(kernel.as(token(1001, 7)), "server");
    expect(JSON.parse((await client.call("token")).text)).toEqual({ user: "S-1-22-1-1001", pid: 7 });
    expect(client.port.token).toBe(owner);
  });

  it("pass the port's descriptor or are refused", async () => {
    const kernel = serve();
    await expect(PortClient.connect(kernel.as(token(1001)), "server")).rejects.toMatchObject({
      status: "ACCESS_DENIED",
    });
    const witness = await PortClient.connect(kernel, "server");
    expect(await witness.log()).toMatchObject({ connects: 1, refused: ["ACCESS_DENIED"] });
  });

  it("that change end a static connection", async () => {
    const process = serve().as(owner);
    const client = await PortClient.connect(process, "server");
    process.setToken(token(1001));
    client.request("x");
    expect(await client.closed).toMatchObject({ status: "ACCESS_DENIED" });
  });

  it("that change give messages of a dynamic connection their own token", async () => {
    const process = serve().as(owner);
    const client = await PortClient.connect(process, "server", "", { tracking: "dynamic" });
    process.setToken(token(1001));
    expect(JSON.parse((await client.call("token")).text)).toEqual({ user: "S-1-22-1-1001", pid: 100 });
  });

  it("of another process are refused unless that was declared", async () => {
    const process = serve().as(owner);
    const strict = await PortClient.connect(process, "server");
    const open = await PortClient.connect(process, "server", "", { delegate: true });
    process.setToken(token(1000, 101));
    expect(JSON.parse((await open.call("token")).text).pid).toBe(101);
    strict.request("x");
    expect(await strict.closed).toMatchObject({ status: "ACCESS_DENIED" });
  });
});

describe("ports of the loopback kernel that close", () => {
  it("accept nobody who connected before", async () => {
    const kernel = createLoopbackKernel({ token: owner });
    const server = startTestServer(kernel, "server", { securityDescriptor: allow(owner.user, owner.user) });
    const connecting = PortClient.connect(kernel, "server");
    server.close();
    await expect(connecting).rejects.toMatchObject({ status: "PORT_CONNECTION_REFUSED" });
    expect(server.connections.size).toBe(0);
  });

  it("refuse those who wait for the handler, once", async () => {
    const kernel = createLoopbackKernel({ token: owner });
    const refused: string[] = [];
    let onConnect = (_request: ConnectionRequest): void => {};
    const asked = new Promise<ConnectionRequest>((resolve) => {
      onConnect = resolve;
    });
    const server = kernel.createPort(
      "server",
      { securityDescriptor: allow(owner.user, owner.user), limits: { connectTimeout: 20 } },
      {
        onConnect,
        onRefused: ({ status }) => void refused.push(status),
        onMessage: () => {},
        onClosed: () => {},
      },
    );
    const connecting = PortClient.connect(kernel, "server");
    const request = await asked;
    server.close();
    await expect(connecting).rejects.toMatchObject({ status: "PORT_CONNECTION_REFUSED" });
    await sleep(50);
    expect(refused).toEqual(["PORT_CONNECTION_REFUSED"]);
    const port = request.accept();
    await expect.poll(() => port.isClosed).toBe(true);
  });
});

describe("slow readers of loopback ports", () => {
  const limits = { maxQueuedMessages: 4, slowReaderGrace: 5_000 };
  const securityDescriptor = allow(owner.user, owner.user);

  it("are held back without a turn of the event loop for each look", async () => {
    const delay: LoopbackFaults["delay"] = ({ side }) => (side === "server" ? 100 : 0);
    const kernel = createLoopbackKernel({ token: owner, faults: { delay } });
    startTestServer(kernel, "server", { securityDescriptor, limits });
    const client = await PortClient.connect(kernel, "server");
    const turns = vi.spyOn(globalThis, "setImmediate");
    const answers = Array.from({ length: 20 }, (_, i) => client.call(String(i)));
    await sleep(50);
    expect(turns.mock.calls.length).toBeLessThan(50);
    turns.mockRestore();
    const texts = (await Promise.all(answers)).map(({ text }) => text);
    expect(texts).toEqual(Array.from({ length: 20 }, (_, i) => String(i)));
  });

  it("that have gone are read to their end, as nobody waits for them any more", async () => {
    const delay: LoopbackFaults["delay"] = ({ side, length }) =>
      side === "server" && length < 4 ? 10_000 : 0;
    const kernel = createLoopbackKernel({ token: owner, faults: { delay } });
    startTestServer(kernel, "server", { securityDescriptor, limits });
    const client = await PortClient.connect(kernel, "server");
    const witness = await PortClient.connect(kernel, "server");
    for (let i = 0; i < 10; i++) client.request(String(i));
    client.datagram("last");
    expect((await witness.log()).datagrams).toEqual([]);
    client.port.close();
    await expect.poll(async () => (await witness.log()).closed).toHaveLength(1);
    expect((await witness.log()).datagrams).toEqual(["last"]);
  });
});

describe.runIf(process.platform === "linux")("handles of the loopback kernel", () => {
  it("are closed if their message ends the connection", async () => {
    const kernel = createLoopbackKernel({ token: owner });
    startTestServer(kernel, "server", {
      securityDescriptor: allow(owner.user, owner.user),
      acceptHandles: true,
    });
    const process = kernel.as(owner);
    const { port, closed } = await PortClient.connect(process, "server");
    // Nothing else of this process has a directory like this one open.
    const path = mkdtempSync(join(tmpdir(), "handles-"));
    const directory = openSync(path, "r");
    try {
      const bytes = Buffer.alloc(PORT_MESSAGE_SIZE);
      port.send(MessageType.REQUEST, bytes, bytes.length, 0, 0, { handles: [{ fd: directory }] });
      expect(descriptorsOf(path)).toBe(2);
      process.setToken(token(1001));
      expect(await closed).toMatchObject({ status: "ACCESS_DENIED" });
      await expect.poll(() => descriptorsOf(path)).toBe(1);
    } finally {
      closeSync(directory);
      rmdirSync(path);
    }
  });

  it("are closed if what they go with cannot be sent, and the request is none", async () => {
    const kernel = createLoopbackKernel({ token: owner });
    startTestServer(kernel, "server", {
      securityDescriptor: allow(owner.user, owner.user),
      acceptHandles: true,
    });
    const client = await PortClient.connect(kernel, "server");
    const other = await PortClient.connect(kernel, "server");
    const foreign = await other.port.allocateView(10);
    const path = mkdtempSync(join(tmpdir(), "handles-"));
    const directory = openSync(path, "r");
    try {
      expect(() => client.request("x", { view: foreign, handles: [{ fd: directory }] })).toThrowError(
        expect.objectContaining({ status: "INVALID_PARAMETER" }),
      );
      await expect.poll(() => descriptorsOf(path)).toBe(1);
      foreign.release();
      // The first id that the client gives.
      expect(client.request("y")).toBe(1);
    } finally {
      closeSync(directory);
      rmdirSync(path);
    }
  });
});

/** How many descriptors this process has of a file. */
function descriptorsOf(path: string): number {
  return readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      // The one that the list itself was read from.
      return false;
    }
  }).length;
}

describe("faults of the loopback kernel", () => {
  it("break a connection at a chosen message", async () => {
    const kernel = serve({ breakAt: ({ side, number }) => side === "server" && number === 3 });
    const client = await PortClient.connect(kernel, "server");
    expect((await client.call("1")).text).toBe("1");
    expect((await client.call("2")).text).toBe("2");
    client.request("3");
    expect(await client.closed).toMatchObject({ status: "PORT_DISCONNECTED" });
    const next = await PortClient.connect(kernel, "server");
    expect((await next.log()).closed).toEqual(["PORT_DISCONNECTED"]);
  });

  it("make sending fail", async () => {
    const failSend: LoopbackFaults["failSend"] = ({ side, type, length }) =>
      side === "client" && type === MessageType.REQUEST && length > 10 ? "INSUFFICIENT_RESOURCES" : null;
    const client = await PortClient.connect(serve({ failSend }), "server");
    expect(() => client.request("x".repeat(11))).toThrowError(
      expect.objectContaining({ status: "INSUFFICIENT_RESOURCES" }),
    );
    expect((await client.call("short")).text).toBe("short");
  });

  it("delay messages and keep their order", async () => {
    const delay: LoopbackFaults["delay"] = ({ side, number }) => (side === "client" && number === 1 ? 40 : 0);
    const client = await PortClient.connect(serve({ delay }), "server");
    const start = performance.now();
    client.datagram("first");
    client.datagram("second");
    const { datagrams } = await client.log();
    expect(datagrams).toEqual(["first", "second"]);
    expect(performance.now() - start).toBeGreaterThan(35);
  });
});

describe("sealed memory over loopback ports", () => {
  it("reaches who it was sent to, though the sender gives it back at once", async () => {
    const kernel = createLoopbackKernel({ token: owner });
    const octets = new Uint8Array(100_000).fill(7);
    kernel.createPort(
      "sealed",
      { securityDescriptor: allow(owner.user, owner.user) },
      {
        onConnect: (request) => void request.accept(),
        onMessage: (port, { messageId }) => {
          const sealed = sealBytes(octets);
          const view = port.sealedView?.(sealed.subarray(50)) ?? null;
          if (view === null) throw new Error("not sealed");
          const answer = message("sealed");
          port.send(MessageType.REPLY, answer, answer.length, messageId, 0, { view });
          releaseBytes(sealed);
        },
        onClosed: () => {},
      },
    );
    const client = await PortClient.connect(kernel, "sealed");
    const { view } = await client.call("x");
    const copy = new Uint8Array(99_950);
    view?.copyTo(copy);
    expect(copy).toEqual(octets.subarray(50));
    expect(view?.bytes).toEqual(copy);
    client.port.close();
  });
});
