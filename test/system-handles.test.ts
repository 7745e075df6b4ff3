import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createLoopbackKernel } from "@ncalrpc/alpc/loopback";
import { RpcServer } from "@ncalrpc/runtime";
import { Vault } from "./dist/gen/vault.js";
import { useEndpointDirectory } from "./dist/server-process.js";
import { vaultHandlers } from "./dist/vault-handlers.js";
import { describeSystemHandles } from "./system-handles-suite.js";

/** A server of Vault in a process of its own. */
async function startVault(options: object): Promise<ChildProcess> {
  const program = fileURLToPath(new URL("./dist/programs/vault-server.js", import.meta.url));
  const child = fork(program, [JSON.stringify(options)]);
  const [first] = await Promise.race([once(child, "message"), once(child, "exit")]);
  if (first !== "ready") throw new Error(`the server ended with ${first}`);
  return child;
}

describeSystemHandles("linux ports, across processes", async () => {
  const directory = useEndpointDirectory();
  const child = await startVault({ endpoint: "vault" });
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
