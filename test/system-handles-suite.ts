import { execFileSync } from "node:child_process";
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ClientConnection, type ConnectOptions, giveHandle, lendHandle } from "@ncalrpc/runtime";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Vault, type VaultClient } from "./dist/gen/vault.js";
import { statusOf } from "./runtime-suite.js";

/** A running server of Vault, and how to connect to it. */
export interface VaultSystem extends AsyncDisposable {
  readonly binding: string;
  readonly options: ConnectOptions;
  /** The server runs in this thread, which so cannot wait for it. */
  readonly isHere?: boolean;
}

export const descriptorCount = (): number => readdirSync("/proc/self/fd").length;

/** Descriptors are closed by another thread. */
export async function eventually(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 5_000; !(await condition()); await delay(5)) {
    if (performance.now() > end) throw new Error(`waited in vain until ${what}`);
  }
}

/** What system handles are promised to do over any kernel that passes them. */
export function describeSystemHandles(name: string, start: () => Promise<VaultSystem>): void {
  describe(`system handles over ${name}`, () => {
    let system: VaultSystem;
    let vault: VaultClient;
    let folder = "";
    let file = "";
    let fifo = "";
    /** Descriptors that the client and the server have open between tests. */
    let here = 0;
    let there = 0;

    const census = async () => (await vault.census()).descriptors;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "ncalrpc-vault-"));
      file = join(folder, "file");
      fifo = join(folder, "fifo");
      writeFileSync(file, "in the vault");
      execFileSync("mkfifo", [fifo]);
      system = await start();
      vault = await Vault.connect(system.binding, system.options);
      // What the first use makes stays open, and so does what a connection gets that is busy.
      for (let i = 0; i < 200; i++) await vault.add(i, 1);
      using first = openHandle(file);
      await vault.kinds([first], null);
      (await vault.open(file, false)).file.close();
      for (let before = -1; before !== descriptorCount(); await delay(200)) {
        before = descriptorCount();
      }
      here = descriptorCount();
      there = await census();
    });

    afterAll(async () => {
      await vault.close();
      await system[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    });

    afterEach(async () => {
      await eventually("the client has its descriptors closed", () => descriptorCount() === here);
      await eventually("the server has its descriptors closed", async () => (await census()) === there);
    });

    const openHandle = (path: string) => giveHandle(openSync(path, "r"));

    it("gives a file that the server has opened", async () => {
      const { file: given } = await vault.open(file, false);
      using received = given;
      expect(received.kind).toBe("file");
      const text = Buffer.alloc(100);
      expect(text.toString("utf8", 0, readSync(received.fd, text))).toBe("in the vault");
    });

    it("gives one synchronously, unless that would have to wait for itself", () => {
      if (system.isHere) {
        expect(() => vault.sync.open(file, false)).toThrow("RPC_S_CANNOT_SUPPORT");
        return;
      }
      using received = vault.sync.open(file, false).file;
      expect(received.kind).toBe("file");
      expect(readSync(received.fd, Buffer.alloc(100))).toBe(12);
    });

    it("leaves a received descriptor to who takes it", async () => {
      const { file: received } = await vault.open(file, false);
      const fd = received.take();
      received.close();
      expect(readSync(fd, Buffer.alloc(100))).toBe(12);
      closeSync(fd);
      expect(() => received.fd).toThrow();
    });

    it("takes handles, and says what they are", async () => {
      const server = await listening();
      using directory = openHandle(folder);
      using device = openHandle("/dev/null");
      const socket = lendHandle(descriptorOf(server));
      expect(await vault.kinds([openHandle(file), directory, device], socket)).toEqual({
        kinds: "file directory device socket",
      });
      expect(await vault.kinds([], null)).toEqual({ kinds: "" });
      await new Promise((resolve) => server.close(resolve));
    });

    it("takes a FileHandle that is lent, which stays open, and one that is given, which does not", async () => {
      const lent = await open(file);
      expect(await vault.kinds([lendHandle(lent)], null)).toEqual({ kinds: "file" });
      expect((await lent.stat()).size).toBe(12);
      await lent.close();
      const given = await open(file);
      await vault.kinds([giveHandle(given)], null);
      await eventually("the given one is closed", () => given.fd === -1);
    });

    it("hands a pipe over that the server writes to", async () => {
      const both = openSync(fifo, constants.O_RDWR);
      const text = "through the pipe";
      expect(await vault.writeTo(lendHandle(both), text)).toBe(text.length);
      const read = Buffer.alloc(100);
      expect(read.toString("utf8", 0, readSync(both, read))).toBe(text);
      closeSync(both);
    });

    it("passes on what was received, in structures, and null where there is none", async () => {
      const { entry } = await vault.swap({ name: "there", file: openHandle(file) });
      expect(entry.name).toBe("there and back");
      expect(entry.file?.kind).toBe("file");
      entry.file?.close();
      expect(await vault.swap({ name: "none", file: null })).toEqual({
        entry: { name: "none and back", file: null },
      });
    });

    it("sends a handle once: it has been given away", async () => {
      using handle = openHandle(file);
      await vault.kinds([handle], null);
      expect(() => handle.fd).toThrow("sent, taken or closed");
      expect(await statusOf(vault.kinds([handle], null))).toBe("RPC_S_INVALID_ARG");
    });

    it("keeps the order of calls with handles and of those through shared memory", async () => {
      await vault.served();
      const calls: Promise<unknown>[] = [];
      const expected: unknown[] = [];
      let order = "";
      for (let i = 0; i < 300; i++) {
        const hasHandle = i % 3 === 0 || i % 7 === 0;
        calls.push(hasHandle ? vault.kinds([openHandle(file)], null) : vault.add(i, 1));
        expected.push(hasHandle ? { kinds: "file" } : i + 1);
        order += hasHandle ? "k" : "a";
        if (i % 50 === 49) await calls.at(-1);
      }
      expect(await Promise.all(calls)).toEqual(expected);
      expect((await vault.served()).calls).toBe(order);
    });

    it("refuses a kind that the interface does not name, with the parameter's path", async () => {
      await expect(vault.writeTo(openHandle(file), "no pipe")).rejects.toMatchObject({
        status: "RPC_S_SYSTEM_HANDLE_TYPE_MISMATCH",
        details: expect.stringMatching(/WriteTo\.pipe: a handle of the kind file, where sh_pipe is required/),
      });
      const both = openSync(fifo, constants.O_RDWR);
      await expect(vault.kinds([openHandle(file), lendHandle(both)], null)).rejects.toMatchObject({
        status: "RPC_S_SYSTEM_HANDLE_TYPE_MISMATCH",
        details: expect.stringContaining("Kinds.files[1]"),
      });
      closeSync(both);
    });

    it("refuses more handles than a message carries", async () => {
      const files = Array.from({ length: 17 }, () => openHandle(file));
      expect(await statusOf(vault.kinds(files, null))).toBe("RPC_S_SERVER_TOO_BUSY");
    });

    it("refuses a message with handles that does not fit into one", async () => {
      const long = "x".repeat(100_000);
      expect(await statusOf(vault.swap({ name: long, file: openHandle(file) }))).toBe(
        "RPC_S_OUT_OF_RESOURCES",
      );
    });

    it("closes what a call holds when it is given up", async () => {
      const abort = new AbortController();
      const calls = Array.from({ length: 5 }, () =>
        statusOf(vault.hold(openHandle(file), 60_000, { signal: abort.signal })),
      );
      await eventually("the server holds them", async () => (await census()) === there + 5);
      abort.abort();
      expect(new Set(await Promise.all(calls))).toEqual(new Set(["RPC_S_CALL_CANCELLED"]));
    });

    it("closes what a client leaves behind", async () => {
      const leaving = await Vault.connect(system.binding, system.options);
      const call = statusOf(leaving.hold(openHandle(file), 60_000));
      await eventually("the server holds it", async () => (await census()) > there);
      await leaving.close();
      expect(await call).toBe("RPC_S_CALL_FAILED");
    });

    it("closes what comes too late", async () => {
      const calls = Array.from({ length: 20 }, () => {
        const abort = new AbortController();
        const call = vault.open(file, false, { signal: abort.signal });
        setImmediate(() => abort.abort());
        return call;
      });
      for (const outcome of await Promise.allSettled(calls)) {
        // What was in time is the client's.
        if (outcome.status === "fulfilled") outcome.value.file.close();
        else expect(outcome.reason).toMatchObject({ status: "RPC_S_CALL_CANCELLED" });
      }
    });

    it("lets no faulty handler leak", async () => {
      await expect(vault.misgive(0)).rejects.toMatchObject({
        status: "RPC_S_SYSTEM_HANDLE_TYPE_MISMATCH",
        details: expect.stringContaining("Misgive.file"),
      });
      expect(await statusOf(vault.misgive(1))).toBe("RPC_S_CALL_FAILED");
      expect(await statusOf(vault.misgive(2))).toBe("RPC_S_INVALID_ARG");
    });

    it("wants to know of handles when a connection is made", async () => {
      using plain = await ClientConnection.connect(system.binding, system.options);
      await expect(Vault.connect(plain)).rejects.toMatchObject({
        status: "RPC_S_INVALID_ARG",
        details: expect.stringContaining("acceptHandles: true"),
      });
      using accepting = await ClientConnection.connect(system.binding, {
        ...system.options,
        acceptHandles: true,
      });
      const client = await Vault.connect(accepting);
      (await client.open(file, false)).file.close();
    });
  });
}

async function listening(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** Node keeps the descriptors of its sockets to itself. */
function descriptorOf(server: Server): number {
  const handle: unknown = Reflect.get(server, "_handle");
  const fd: unknown = typeof handle === "object" && handle !== null ? Reflect.get(handle, "fd") : null;
  if (typeof fd !== "number") throw new Error("no descriptor");
  return fd;
}
