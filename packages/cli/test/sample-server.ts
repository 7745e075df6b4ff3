import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("programs/server.mjs", import.meta.url));

/** A port directory of a test's own, which every user may look into, and the servers in it. */
export class SampleServers implements AsyncDisposable {
  readonly directory = mkdtempSync(join(tmpdir(), "ncalrpc-cli-"));
  readonly #children: ChildProcess[] = [];

  constructor() {
    chmodSync(this.directory, 0o755);
  }

  get env(): Readonly<Record<string, string>> {
    return { NCALRPC_DIR: this.directory };
  }

  /** Starts a server and waits until it listens. */
  async start(endpoint: string, security = ""): Promise<ChildProcess> {
    const child = spawn(process.execPath, [program, endpoint, security], {
      env: { ...process.env, ...this.env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#children.push(child);
    if (child.stdout === null) throw new Error("the server has no output");
    await once(child.stdout, "data", { signal: AbortSignal.timeout(15_000) });
    return child;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#children.map(end));
    rmSync(this.directory, { recursive: true });
  }
}

/** Kills a server and waits for its end. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}
