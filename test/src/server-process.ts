import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RpcServerOptions } from "@ncalrpc/runtime";

/**
 * A folder of its own for the endpoints of this process and its children, which other users can look into; gone when
 * disposed.
 */
export function useEndpointDirectory(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "ncalrpc-test-"));
  chmodSync(path, 0o755);
  const before = process.env["NCALRPC_DIR"];
  process.env["NCALRPC_DIR"] = path;
  return {
    path,
    [Symbol.dispose]() {
      if (before === undefined) {
        delete process.env["NCALRPC_DIR"];
      } else {
        process.env["NCALRPC_DIR"] = before;
      }
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Milliseconds that a server gets to end in good order. */
const CLOSE_TIME = 10_000;

/** A probe server in a process of its own. */
export class ServerProcess implements AsyncDisposable {
  readonly process: ChildProcess;

  private constructor(child: ChildProcess) {
    this.process = child;
  }

  /** `journal`: a file that the server appends to what it does. */
  static async start(
    options: RpcServerOptions,
    execArgv: readonly string[] = [],
    journal?: string,
  ): Promise<ServerProcess> {
    const program = fileURLToPath(new URL("./programs/probe-server.js", import.meta.url));
    const rest = journal === undefined ? [] : [journal];
    const child = fork(program, [JSON.stringify(options), ...rest], { execArgv: [...execArgv] });
    const [first] = await Promise.race([once(child, "message"), once(child, "exit")]);
    if (first !== "ready") {
      throw new Error(`the server ended with ${first} before it was ready`);
    }
    return new ServerProcess(child);
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const exited = once(this.process, "exit");
      this.process.kill(signal);
      await exited;
    }
  }

  /** Ends it in good order, or kills it after some time. */
  async close(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) {
      return;
    }
    const exited = once(this.process, "exit");
    this.process.send("close");
    const timer = setTimeout(() => this.process.kill("SIGKILL"), CLOSE_TIME);
    await exited;
    clearTimeout(timer);
  }

  /** What process.memoryUsage() says there, after a garbage collection if the process exposes one. */
  async memory(): Promise<NodeJS.MemoryUsage> {
    const answer = once(this.process, "message");
    this.process.send("memory");
    const [{ memory }] = await answer;
    return memory;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
