import { execFile } from "node:child_process";
import { once } from "node:events";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createLoopbackKernel } from "@ncalrpc/alpc/loopback";
import { everyone, RpcServer } from "@ncalrpc/runtime";
import { expect, it } from "vitest";
import { Vault } from "./dist/gen/vault.js";
import { useEndpointDirectory } from "./dist/server-process.js";
import { startVault } from "./dist/start-vault.js";
import { vaultHandlers } from "./dist/vault-handlers.js";
import { describeSystemHandles } from "./system-handles-suite.js";

describeSystemHandles("linux ports, across processes", async () => {
  const directory = useEndpointDirectory();
  const child = await startVault("vault");
  return {
    binding: "ncalrpc:[vault]",
    options: {},
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await once(child, "exit");
      directory[Symbol.dispose]();
    },
  };
});

describeSystemHandles("loopback ports, in one process", async () => {
  const kernel = createLoopbackKernel();
  const server = new RpcServer({ endpoint: "vault", kernel });
  const handlers = vaultHandlers();
  server.register(Vault, handlers);
  await server.listen();
  return {
    binding: "ncalrpc:[vault]",
    options: { kernel },
    isHere: true,
    async [Symbol.asyncDispose]() {
      await server.close();
      handlers.close();
    },
  };
});

const isRoot = process.getuid?.() === 0;

it.skipIf(!isRoot)(
  `another user reads what it may not open${isRoot ? "" : " (skipped: only root can run clients as other users)"}`,
  async () => {
    using directory = useEndpointDirectory();
    const secret = join(directory.path, "secret");
    writeFileSync(secret, "for your eyes only");
    chmodSync(secret, 0o600);
    const server = new RpcServer({ endpoint: "vault", allow: [everyone()] });
    server.register(Vault, vaultHandlers());
    await server.listen();
    const program = fileURLToPath(new URL("./dist/programs/vault-client.js", import.meta.url));
    const args = [program, "ncalrpc:[vault]", secret, "10001"];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(JSON.parse(stdout)).toEqual({ alone: "EACCES", text: "for your eyes only" });
    await server.close();
  },
);
