import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ConnectionPort, MessageType, PORT_MESSAGE_SIZE } from "../src/index.js";
import { type LibC, loadLibC } from "../src/linux/libc.js";
import { createLinuxKernel } from "../src/linux.js";
import { PortClient } from "./port-client.js";
import { allow } from "./programs/test-server.mjs";

/** The system's functions, counted. */
function countingLibC(): { readonly libc: LibC; readonly calls: Record<string, number> } {
  const calls: Record<string, number> = {};
  const libc = new Proxy(loadLibC(), {
    get(target, key: keyof LibC) {
      if (key !== "errno") calls[key] = (calls[key] ?? 0) + 1;
      return target[key];
    },
  });
  return { libc, calls };
}

describe("system calls", () => {
  const directory = mkdtempSync(join(tmpdir(), "ncalrpc-calls-"));
  const environment = { NCALRPC_DIR: directory };
  const server = countingLibC();
  const own = countingLibC();
  let port: ConnectionPort;
  let client: PortClient;

  beforeAll(async () => {
    const kernel = createLinuxKernel({ libc: server.libc, spin: false, completionList: false, environment });
    const { user } = kernel.currentToken();
    const reply = Buffer.alloc(PORT_MESSAGE_SIZE + 8);
    port = kernel.createPort(
      "counted",
      { securityDescriptor: allow(user, user) },
      {
        onConnect: (request) => request.accept(),
        // As a service does it: the answer comes from a promise's continuation.
        onMessage: async (peer, { messageId }) => {
          await Promise.resolve();
          peer.send(MessageType.REPLY, reply, reply.length, messageId, 0);
        },
        onClosed: () => {},
      },
    );
    client = await PortClient.connect(
      createLinuxKernel({ libc: own.libc, spin: false, completionList: false, environment }),
      "counted",
    );
  });
  afterAll(() => {
    client.port.close();
    port.close();
    rmSync(directory, { recursive: true });
  });
  beforeEach(() => {
    for (const { calls } of [server, own]) for (const name of Object.keys(calls)) delete calls[name];
  });

  it("of one call are one wait, one receive and one send on either side", async () => {
    await client.call("warm");
    for (const { calls } of [server, own]) for (const name of Object.keys(calls)) delete calls[name];
    await client.call("x");
    expect(server.calls).toEqual({ epoll_wait: 1, recvmmsg: 1, send: 1 });
    expect(own.calls).toEqual({ epoll_wait: 1, recvmmsg: 1, send: 1 });
  });

  it("of 64 calls at once are one send, and few of everything else", async () => {
    await Promise.all(Array.from({ length: 64 }, () => client.call("x")));
    expect(own.calls["sendmmsg"]).toBe(1);
    expect(own.calls["send"] ?? 0).toBe(0);
    expect((server.calls["sendmmsg"] ?? 0) + (server.calls["send"] ?? 0)).toBeLessThanOrEqual(7);
    expect(server.calls["recvmmsg"]).toBeLessThanOrEqual(7);
    expect(own.calls["recvmmsg"]).toBeLessThanOrEqual(10);
  });

  it("of continuations that each send are one for all that one batch has resumed", async () => {
    const again = async () => {
      await client.call("first");
      await Promise.resolve();
      await client.call("second");
    };
    await Promise.all(Array.from({ length: 64 }, again));
    expect((own.calls["sendmmsg"] ?? 0) + (own.calls["send"] ?? 0)).toBeLessThanOrEqual(12);
  });
});
