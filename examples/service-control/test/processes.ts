import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The path of a built program of this example. */
export function program(name: string): string {
  return fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url));
}

/** A directory for ports of its own, for this process and those that it starts; others may look for ports there. */
export class PortDirectory implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "service-control-test-"));

  constructor() {
    chmodSync(this.path, 0o755);
    process.env["NCALRPC_DIR"] = this.path;
  }

  /** Writes a file and returns its path. */
  write(name: string, content: unknown): string {
    const path = join(this.path, name);
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A process with everything that it has written so far. */
export class Program {
  readonly process: ChildProcess;
  stdout = "";
  stderr = "";

  constructor(name: string, ...args: string[]) {
    this.process = spawn(process.execPath, [program(name), ...args], { stdio: ["ignore", "pipe", "pipe"] });
    this.process.stdout?.setEncoding("utf8").on("data", (text) => {
      this.stdout += text;
    });
    this.process.stderr?.setEncoding("utf8").on("data", (text) => {
      this.stderr += text;
    });
  }

  /** Waits until the output has `text` in it. */
  async says(text: string): Promise<void> {
    const deadline = performance.now() + 15_000;
    while (!this.stdout.includes(text)) {
      if (performance.now() > deadline || this.process.exitCode !== null) {
        throw new Error(`no "${text}" from process ${this.process.pid}: ${this.stdout}${this.stderr}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Waits until the process has ended. */
  async outcome(): Promise<Outcome> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      await once(this.process, "close");
    }
    return { code: this.process.exitCode, stdout: this.stdout, stderr: this.stderr };
  }

  async end(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<Outcome> {
    this.process.kill(signal);
    return await this.outcome();
  }
}

export function scctl(...args: string[]): Promise<Outcome> {
  return new Program("scctl", ...args).outcome();
}

/** scctl as another user, whose only group has the same number. */
export function scctlAs(uid: number, ...args: string[]): Promise<Outcome> {
  return new Program("tour/other-user", String(uid), ...args).outcome();
}
