import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { createLinuxKernel } from "../src/linux/linux-kernel.js";
import type { MemoryMode } from "../src/linux/mapped-memory.js";
import { MemoryClient } from "./memory-client.js";
import { memorySuite } from "./memory-suite.js";
import { ownResources } from "./programs/memory-service.mjs";

const directory = mkdtempSync(join(tmpdir(), "ncalrpc-memory-"));
afterAll(() => rmSync(directory, { recursive: true }));
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
});

/** Starts a program that says "ready". */
async function run(name: string, ...parameters: string[]): Promise<ChildProcess> {
  const program = fileURLToPath(new URL(`programs/${name}`, import.meta.url));
  const child = spawn(process.execPath, [program, ...parameters], { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  await once(child.stdout, "data");
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

for (const mode of ["mapped", "copied"] satisfies MemoryMode[]) {
  memorySuite(`linux, ${mode}`, async () => {
    const name = join(directory, mode);
    const server = await run("memory-server.mjs", name, mode);
    return { kernel: createLinuxKernel({ memoryMode: mode }), name, close: () => kill(server) };
  });
}

describe("when the other side is killed", () => {
  const size = 2 * 1024 * 1024;

  test("a client's views are detached, none of its memory faults, and nothing is left", async () => {
    const name = join(directory, "dying-server");
    const kernel = createLinuxKernel();
    for (let round = 0; round < 2; round++) {
      const before = ownResources();
      const server = await run("memory-server.mjs", name, "mapped");
      const client = await MemoryClient.connect(kernel, name);
      const { view } = await client.call({ op: "fill", size, value: 3 });
      const own = await client.filledView(size);
      if (view === null) throw new Error("no view");
      const bytes = [own.bytes, view.bytes];
      server.kill("SIGKILL");
      // Until the event loop runs and this side notices, both mappings are as good as ever.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
      expect(bytes.map((octets) => octets[size - 1] ?? 0)).toEqual([(size - 1) % 251, 3]);
      own.bytes.fill(4);
      await expect.poll(() => client.closed).not.toBeNull();
      expect(bytes.map((octets) => octets.length)).toEqual([0, 0]);
      expect(before.mappings).toBe(0);
      await expect.poll(ownResources).toEqual(before);
    }
  });

  test("a server goes on, and keeps neither descriptors nor mappings of the dead", async () => {
    const name = join(directory, "bereaved-server");
    const server = await run("memory-server.mjs", name, "mapped");
    const kernel = createLinuxKernel();
    using bystander = await MemoryClient.connect(kernel, name);
    const { value: before } = await bystander.call({ op: "resources" });
    for (let round = 0; round < 3; round++) {
      const victims = [
        run("memory-client.mjs", name, String(size)),
        run("memory-client.mjs", name, String(size)),
      ];
      for (const victim of await Promise.all(victims)) {
        const { value } = await bystander.call({ op: "resources" });
        expect(value.mappings).toBeGreaterThan(0);
        await kill(victim);
      }
      const { value } = await bystander.call({ op: "sum" }, { view: await bystander.filledView(1000) });
      expect(value.ok).toBe(true);
      await expect.poll(async () => (await bystander.call({ op: "connections" })).value.connections).toBe(1);
      // The one mapping is the bystander's own section.
      const expected = { ok: true, mappings: 1, descriptors: before.descriptors };
      await expect.poll(async () => (await bystander.call({ op: "resources" })).value).toEqual(expected);
    }
    await kill(server);
  });
});
