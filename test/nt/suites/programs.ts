import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program, with everything that it has written so far. */
export class Program implements AsyncDisposable {
  readonly process: ChildProcess;
  readonly #closed: Promise<unknown>;
  stdout = "";
  stderr = "";

  constructor(path: string, ...args: string[]) {
    this.process = spawn(path, args, { stdio: ["ignore", "pipe", "pipe"] });
    this.#closed = once(this.process, "close");
    this.process.stdout?.setEncoding("utf8").on("data", (text) => {
      this.stdout += text;
    });
    this.process.stderr?.setEncoding("utf8").on("data", (text) => {
      this.stderr += text;
    });
  }

  /** Waits until the output has `text` in it. */
  async says(text: string): Promise<void> {
    for (let i = 0; !this.stdout.includes(text); i++) {
      if (i > 2_000 || this.process.exitCode !== null) {
        throw new Error(`no "${text}" from ${this.process.spawnfile}: ${this.stdout}${this.stderr}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async outcome(): Promise<Outcome> {
    await this.#closed;
    return { code: this.process.exitCode, stdout: this.stdout, stderr: this.stderr };
  }

  async kill(): Promise<void> {
    this.process.kill("SIGKILL");
    await this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

/** One of the samples in C, built by the harness. */
export function sample(name: "client" | "server"): string {
  return join(process.env["NCALRPC_TEST_SAMPLES"] ?? "", `sample-${name}.exe`);
}
