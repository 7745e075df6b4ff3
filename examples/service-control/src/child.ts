import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import type { ServiceConfig } from "./config.js";

/** After a process has ended, its output is read for this long if somebody else still has it open. Milliseconds. */
const OUTPUT_GRACE = 1_000;

/** How a process ended: its exit code, or -1 and the number of the signal that killed it. */
export interface Exit {
  readonly code: number;
  readonly signal: number;
}

/**
 * A process of a service, in a process group of its own: a Ctrl-C in the manager's terminal does not reach it, and what
 * it leaves behind ends with it.
 */
export class Child {
  readonly pid: number;
  /** Settles when the process is gone and all of its output has been taken. */
  readonly exited: Promise<Exit>;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, pid: number, exited: Promise<Exit>) {
    this.#process = process;
    this.pid = pid;
    this.exited = exited;
  }

  /** Starts a service's program. Rejects if there is no such program. */
  static async spawn(config: ServiceConfig, onOutput: (chunk: Buffer) => void): Promise<Child> {
    const [program, ...args] = config.command;
    const child = spawn(program, args, {
      cwd: config.workingDirectory,
      env: { ...process.env, ...config.environment },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    child.stdout.on("data", onOutput);
    child.stderr.on("data", onOutput);
    const exited = new Promise<Exit>((resolve) => {
      child.once("close", (code, signal) => {
        resolve({ code: code ?? -1, signal: signal === null ? 0 : constants.signals[signal] });
      });
    });
    const pid = await new Promise<number>((resolve, reject) => {
      child.once("spawn", () => resolve(child.pid ?? 0));
      child.once("error", reject);
    });
    const started = new Child(child, pid, exited);
    child.once("exit", () => started.#cleanUp());
    return started;
  }

  /** Sends a signal to the process and its descendants; to nobody if they are gone. */
  signal(name: "SIGTERM" | "SIGKILL"): void {
    if (process.platform === "win32") {
      this.#process.kill(name);
      return;
    }
    try {
      process.kill(-this.pid, name);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) {
        throw error;
      }
    }
  }

  #cleanUp(): void {
    this.signal("SIGKILL");
    const { stdout, stderr } = this.#process;
    const timer = setTimeout(() => {
      stdout?.destroy();
      stderr?.destroy();
    }, OUTPUT_GRACE);
    this.exited.finally(() => clearTimeout(timer));
  }
}
