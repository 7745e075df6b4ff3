import { closeSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ConnectionPort, isAlpcError } from "../src/index.js";
import { Errno } from "../src/linux/libc.js";
import { createLinuxKernel } from "../src/linux.js";
import { census } from "./census.js";
import { descriptorsClosed, memoryFile } from "./descriptors.js";
import { FaultyLibC, type SystemFunction } from "./faulty-libc.js";
import { eventually, PortClient } from "./port-client.js";
import { allow, startTestServer } from "./programs/test-server.mjs";

const { EINTR, EAGAIN, ENOMEM, EMFILE, ENFILE, ENOBUFS, EPIPE, ECONNRESET, EPERM, EINVAL } = constants.errno;
const { ETOOMANYREFS } = Errno;
const usual = [EAGAIN, ENOMEM, EMFILE, EPIPE, ECONNRESET, EPERM, EINVAL];

// Where a mapping could not be replaced when its section went, it goes when the last view of it is collected.
setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

/** Which functions fail, and how. epoll_wait fails for reasons of its own making only, but for EINTR. */
const faults: readonly (readonly [SystemFunction, readonly number[]])[] = [
  ["socket", [EMFILE, ENOBUFS]],
  ["bind", [EPERM, ENOMEM]],
  ["listen", [EINVAL]],
  ["connect", [EINTR, EAGAIN, EPERM, ENOMEM]],
  ["accept4", [EINTR, EMFILE, ENOBUFS, EPERM]],
  ["getsockopt", [EINVAL, ENOMEM]],
  ["setsockopt", [EINVAL, ENOMEM]],
  ["send", usual],
  ["sendmmsg", usual],
  ["sendmsg", usual],
  ["recvmmsg", [EINTR, ...usual]],
  ["epoll_create1", [EMFILE, ENOMEM]],
  ["epoll_ctl", [ENOMEM, EPERM]],
  ["epoll_wait", [EINTR]],
  ["flock", [EINVAL]],
  ["fcntl", [EPERM, EMFILE]],
  ["memfd_create", [EMFILE, ENOMEM]],
  ["ftruncate", [ENOMEM]],
  ["fchmod", [EPERM]],
  ["mmap", [ENOMEM]],
];

describe("a system call that fails", () => {
  const directory = mkdtempSync(join(tmpdir(), "ncalrpc-errno-"));
  const environment = { NCALRPC_DIR: directory };
  // What the closing thread keeps open is not counted.
  beforeAll(() => descriptorsClosed());
  afterAll(() => rmSync(directory, { recursive: true }));

  /** A port's whole life; whatever fails has to be an AlpcError, and soon. */
  const live = async ({ libc }: FaultyLibC): Promise<void> => {
    const kernel = createLinuxKernel({ libc, environment, spin: false });
    const { user } = kernel.currentToken();
    let port: ConnectionPort | null = null;
    try {
      port = startTestServer(kernel, "faulty", { securityDescriptor: allow(user, user) });
      const client = await PortClient.connect(kernel, "faulty", "", { timeout: 300 });
      const talk = async () => {
        await Promise.all([client.call("one"), client.call("two"), client.call("flood")]);
        const answer = await client.call("view", { view: await client.port.allocateView(100_000) });
        answer.view?.release();
        client.port.close();
      };
      await Promise.race([talk(), client.closed]);
      client.port.close();
      await client.closed;
    } catch (error) {
      if (!isAlpcError(error)) throw error;
    } finally {
      port?.close();
    }
  };

  it.each(faults)("%s: ends in a typed error or is overcome, and leaves nothing", async (name, errnos) => {
    await live(new FaultyLibC(name, 0, 0));
    await eventually(() => {
      collect();
      return census().mappings === 0;
    });
    const before = census();
    let reached = 0;
    for (const errno of errnos) {
      for (let nth = 1; nth <= 12; nth++) {
        const fault = new FaultyLibC(name, nth, errno);
        await live(fault);
        if (!fault.hasFailed) break;
        reached++;
      }
    }
    expect(reached).toBeGreaterThan(0);
    await eventually(() => {
      collect();
      return JSON.stringify(census()) === JSON.stringify(before);
    });
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe("a server whose system call fails", () => {
  const directory = mkdtempSync(join(tmpdir(), "ncalrpc-errno-"));
  const environment = { NCALRPC_DIR: directory };
  const kernel = createLinuxKernel({ environment });
  const { user } = kernel.currentToken();
  afterAll(() => rmSync(directory, { recursive: true }));

  const serve = ({ libc }: FaultyLibC, acceptHandles = false) =>
    startTestServer(createLinuxKernel({ libc, environment }), "server", {
      securityDescriptor: allow(user, user),
      acceptHandles,
    });

  it.each([
    ["who connects", 1],
    ["its groups", 2],
  ])("lets nobody in if it cannot be told %s", async (_, nth) => {
    const fault = new FaultyLibC("getsockopt", nth, ENOMEM);
    using _server = serve(fault);
    await expect(PortClient.connect(kernel, "server")).rejects.toSatisfy(isAlpcError);
    expect(fault.hasFailed).toBe(true);
    const witness = await PortClient.connect(kernel, "server");
    expect(await witness.log()).toMatchObject({ connects: 1, refused: ["INSUFFICIENT_RESOURCES"] });
  });

  it.each([EMFILE, ENFILE, ENOMEM, ENOBUFS])(
    "accepts later if errno %i says that it has no room",
    async (errno) => {
      const fault = new FaultyLibC("accept4", 1, errno);
      using _server = serve(fault);
      const client = await PortClient.connect(kernel, "server");
      expect(fault.hasFailed).toBe(true);
      expect(await client.log()).toMatchObject({ connects: 1, refused: ["INSUFFICIENT_RESOURCES"] });
    },
  );

  it("gets a handle later that the system would not pass yet", async () => {
    using _server = serve(new FaultyLibC("sendmsg", 0, 0), true);
    const fault = new FaultyLibC("sendmsg", 1, ETOOMANYREFS);
    const client = await PortClient.connect(createLinuxKernel({ libc: fault.libc, environment }), "server");
    const fd = memoryFile();
    const { text } = await client.call("with a handle", { handles: [{ fd }] });
    closeSync(fd);
    expect(fault.hasFailed).toBe(true);
    expect(text).toBe("with a handle");
  });
});
