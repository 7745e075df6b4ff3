import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A server of Vault in a process of its own; it ends with this one, or when it is killed. */
export async function startVault(endpoint: string): Promise<ChildProcess> {
  const program = fileURLToPath(new URL("./programs/vault-server.js", import.meta.url));
  const child = fork(program, [JSON.stringify({ endpoint })]);
  const [first] = await Promise.race([once(child, "message"), once(child, "exit")]);
  if (first !== "ready") {
    throw new Error(`the server ended with ${first} before it was ready`);
  }
  return child;
}
