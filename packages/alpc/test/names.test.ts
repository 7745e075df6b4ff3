import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wellKnownSids } from "@ncalrpc/security";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConnectionPort } from "../src/index.js";
import { createLinuxKernel, type LinuxKernel } from "../src/linux.js";
import { PortClient } from "./port-client.js";
import { allow } from "./programs/test-server.mjs";
import { startProgram, stopProgram } from "./server-process.js";

const handler = { onConnect() {}, onMessage() {}, onClosed() {} };
const status = (name: string) => expect.objectContaining({ name: "AlpcError", status: name });

describe("names of ports on Linux", () => {
  let directory: string;
  let kernel: LinuxKernel;
  let ports: ConnectionPort[];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "ncalrpc-names-"));
    kernel = createLinuxKernel({ environment: { NCALRPC_DIR: directory } });
    ports = [];
  });
  afterEach(() => {
    for (const port of ports) port.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const create = (name: string, on = kernel) => {
    const { user } = on.currentToken();
    const port = on.createPort(name, { securityDescriptor: allow(user, user) }, handler);
    ports.push(port);
    return port;
  };
  const there = () => readdirSync(directory).sort();
  const mode = (file: string) => lstatSync(join(directory, file)).mode & 0o777;

  it("lie in the directory as a socket with a lock beside it, and leave nothing", () => {
    const port = create("Some-Name");
    expect(there()).toEqual(["some-name.lock", "some-name.port"]);
    expect(mode("some-name.port")).toBe(0o600);
    expect(mode("some-name.lock")).toBe(0o600);
    port.close();
    expect(there()).toEqual([]);
  });

  it("open their socket to others only if the descriptor names others", () => {
    const { user } = kernel.currentToken();
    const securityDescriptor = allow(user, user, wellKnownSids.everyone);
    ports.push(kernel.createPort("open", { securityDescriptor }, handler));
    expect(mode("open.port")).toBe(0o666);
  });

  it("are had by one server at a time, however they are spelt", () => {
    const first = create("name");
    for (const same of ["name", "NAME", "\\RPC Control\\Name"]) {
      expect(() => create(same)).toThrowError(status("OBJECT_NAME_COLLISION"));
      const other = createLinuxKernel({ environment: { NCALRPC_DIR: directory } });
      expect(() => create(same, other)).toThrowError(status("OBJECT_NAME_COLLISION"));
    }
    expect(there()).toEqual(["name.lock", "name.port"]);
    first.close();
    create("name");
  });

  it("do not run into the files of others", () => {
    create("a");
    create("a.lock");
    create("a.port");
    expect(there().length).toBe(6);
  });

  it("may be given as a path", async () => {
    const path = join(directory, "Explicit");
    create(path);
    expect(there()).toEqual(["Explicit", "Explicit.lock"]);
    expect(() => create(path)).toThrowError(status("OBJECT_NAME_COLLISION"));
  });

  it("that are too long for a socket are hashed, each to another file, and listed in full", () => {
    const long = "n".repeat(150);
    create(`${long}1`);
    create(`${long}2`);
    expect(there().filter((file) => file.startsWith("#")).length).toBe(4);
    expect(
      kernel
        .listPorts()
        .map(({ name }) => name)
        .sort(),
    ).toEqual([`${long}1`, `${long}2`]);
    expect(() => create(`${long}1`)).toThrowError(status("OBJECT_NAME_COLLISION"));
    expect(() => create(`/${"p".repeat(120)}`)).toThrowError(status("OBJECT_NAME_INVALID"));
  });

  it("of a server that was killed are taken over", async () => {
    const environment = { NCALRPC_DIR: directory };
    const { child } = await startProgram("port-server.mjs", ["crashed"], environment);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(there()).toEqual(["crashed.lock", "crashed.port"]);
    expect(kernel.listPorts()).toMatchObject([{ name: "crashed", isLive: false }]);
    await expect(PortClient.connect(kernel, "crashed")).rejects.toMatchObject({
      status: "OBJECT_NAME_NOT_FOUND",
    });
    create("crashed").close();
    expect(there()).toEqual([]);
  });

  it("are won by exactly one of several who start at the same time", async () => {
    const environment = { NCALRPC_DIR: directory };
    for (let round = 0; round < 3; round++) {
      const at = String(Date.now() + 600);
      const racers = await Promise.all(
        Array.from({ length: 4 }, () => startProgram("name-racer.mjs", ["race", at], environment)),
      );
      const lines = racers.map(({ line }) => line.trim()).sort();
      expect(lines).toEqual([
        "OBJECT_NAME_COLLISION",
        "OBJECT_NAME_COLLISION",
        "OBJECT_NAME_COLLISION",
        "won",
      ]);
      await Promise.all(racers.map(({ child }) => stopProgram(child)));
      expect(there()).toEqual([]);
    }
  });

  it("taken by something that is not a port are refused, and it is left alone", async () => {
    const path = join(directory, "taken.port");
    writeFileSync(path, "mine");
    expect(() => create("taken")).toThrowError(status("OBJECT_NAME_COLLISION"));
    expect(existsSync(path)).toBe(true);
    rmSync(path);
    symlinkSync(join(directory, "elsewhere"), path);
    expect(() => create("taken")).toThrowError(status("OBJECT_NAME_COLLISION"));
    rmSync(path);
    mkdirSync(path);
    expect(() => create("taken")).toThrowError(status("OBJECT_NAME_COLLISION"));
    expect(there()).toEqual(["taken.port"]);
  });

  it("taken by a live socket of another program are refused", async () => {
    const server = createServer();
    server.listen(join(directory, "stream.port"));
    await once(server, "listening");
    expect(() => create("stream")).toThrowError(status("OBJECT_NAME_COLLISION"));
    server.close();
    await once(server, "close");
  });

  it("whose lock is a symbolic link are refused", () => {
    symlinkSync(join(directory, "elsewhere"), join(directory, "linked.lock"));
    expect(() => create("linked")).toThrowError(status("ACCESS_DENIED"));
    expect(existsSync(join(directory, "elsewhere"))).toBe(false);
  });

  it("that somebody else has meanwhile are not removed at the end", () => {
    const port = create("moved");
    rmSync(join(directory, "moved.port"));
    writeFileSync(join(directory, "moved.port"), "");
    port.close();
    expect(there()).toEqual(["moved.port"]);
  });

  describe("in directories", () => {
    const within = (path: string) => createLinuxKernel({ environment: { NCALRPC_DIR: path } });
    const denied = async (path: string) => {
      expect(() => create("x", within(path))).toThrowError(status("ACCESS_DENIED"));
      await expect(PortClient.connect(within(path), "x")).rejects.toMatchObject({ status: "ACCESS_DENIED" });
    };

    it("that do not exist yet are made: for all with NCALRPC_DIR, for the user otherwise", () => {
      create("x", within(join(directory, "new")));
      expect(mode("new")).toBe(0o755);
    });

    it("that others can write to are refused", async () => {
      chmodSync(directory, 0o777);
      await denied(directory);
      chmodSync(directory, 0o775);
      await denied(directory);
      chmodSync(directory, 0o700);
      create("x");
    });

    it("that are symbolic links are refused", async () => {
      symlinkSync(directory, `${directory}-link`);
      try {
        await denied(`${directory}-link`);
      } finally {
        rmSync(`${directory}-link`);
      }
    });

    it.runIf(process.getuid?.() === 0)("that belong to another user are refused", async () => {
      chownSync(directory, 1000, 1000);
      await denied(directory);
    });

    it("that are given as relative paths are refused", () => {
      expect(() => create("x", within("relative"))).toThrowError(status("OBJECT_NAME_INVALID"));
    });

    it("that are missing hold no ports", async () => {
      const missing = within(join(directory, "missing"));
      expect(missing.listPorts()).toEqual([]);
      await expect(PortClient.connect(missing, "x")).rejects.toMatchObject({
        status: "OBJECT_NAME_NOT_FOUND",
      });
    });
  });
});
