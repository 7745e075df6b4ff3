import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { giveHandle } from "@ncalrpc/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Vault, type VaultClient } from "../../dist/gen/vault.js";
import { startVault } from "../../dist/start-vault.js";
import { statusOf } from "../../runtime-suite.js";

// What the server still holds is told by the stand-in for the kernel, when it ends.
describe("system handles over nt ports, across processes", () => {
  let server: ChildProcess;
  let vault: VaultClient;
  let folder = "";
  let file = "";

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "ncalrpc-vault-"));
    file = join(folder, "file");
    writeFileSync(file, "in the vault");
    const endpoint = `vault-${process.pid}`;
    server = await startVault(endpoint);
    vault = await Vault.connect(`ncalrpc:[${endpoint}]`);
  });

  afterAll(async () => {
    await vault.close();
    server.kill();
    await once(server, "exit");
    rmSync(folder, { recursive: true });
  });

  const openHandle = () => giveHandle(openSync(file, "r"));

  it("gives a file that the server has opened, once it is asked and once it is waited for", async () => {
    for (const { file: received } of [await vault.open(file, false), vault.sync.open(file, true)]) {
      const text = Buffer.alloc(100);
      expect(received.kind).toBe("file");
      expect(text.toString("utf8", 0, readSync(received.fd, text))).toBe("in the vault");
      received.close();
    }
  });

  it("takes one handle, and several", async () => {
    expect(await vault.kinds([openHandle()], null)).toEqual({ kinds: "file" });
    const files = Array.from({ length: 5 }, openHandle);
    expect(await vault.kinds(files, null)).toEqual({ kinds: "file file file file file" });
  });

  it("passes on what was received, and null where there is none", async () => {
    const { entry } = await vault.swap({ name: "there", file: openHandle() });
    expect(entry).toMatchObject({ name: "there and back", file: { kind: "file" } });
    entry.file?.close();
    expect(await vault.swap({ name: "none", file: null })).toEqual({
      entry: { name: "none and back", file: null },
    });
  });

  it("refuses a kind that the interface does not name, with the parameter's path", async () => {
    await expect(vault.writeTo(openHandle(), "no pipe")).rejects.toMatchObject({
      status: "RPC_S_SYSTEM_HANDLE_TYPE_MISMATCH",
      details: expect.stringContaining("WriteTo.pipe: a handle of the kind file"),
    });
  });

  it("keeps the order of calls with and without handles", async () => {
    const calls: Promise<unknown>[] = [];
    const expected: unknown[] = [];
    for (let i = 0; i < 60; i++) {
      calls.push(i % 3 === 0 ? vault.kinds([openHandle()], null) : vault.add(i, 1));
      expected.push(i % 3 === 0 ? { kinds: "file" } : i + 1);
    }
    expect(await Promise.all(calls)).toEqual(expected);
  });

  it("gives a call up, and answers when a handler has nothing to give", async () => {
    expect(await statusOf(vault.hold(openHandle(), 60_000, { timeout: 100 }))).toBe("RPC_S_TIMEOUT");
    expect(await statusOf(vault.misgive(1))).toBe("RPC_S_CALL_FAILED");
    expect(await statusOf(vault.misgive(2))).toBe("RPC_S_INVALID_ARG");
    expect(await vault.add(1, 2)).toBe(3);
  });
});
