import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Config } from "../config.js";
import { check } from "./check.js";

/** Milliseconds that a process of the tour gets to say its first line, or to end. */
const PATIENCE = 15_000;

/** A temporary directory for ports, and processes that are gone when the stage is closed. */
export class Stage implements AsyncDisposable {
  readonly directory = mkdtempSync(join(tmpdir(), "service-control-"));
  readonly #children = new Set<ChildProcess>();

  constructor() {
    // Other users look for ports here, too; only we make them.
    chmodSync(this.directory, 0o755);
    process.env["NCALRPC_DIR"] = this.directory;
  }

  writeConfig(config: unknown): string {
    const path = join(this.directory, "services.json");
    writeFileSync(path, JSON.stringify(config, null, 2));
    return path;
  }

  /** Runs a program of this example, its output captured. */
  run(program: string, ...args: string[]): ChildProcess {
    const child = spawn(process.execPath, [programPath(program), ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#children.add(child);
    child.once("close", () => this.#children.delete(child));
    return child;
  }

  /** Ends what still runs and removes the directory. */
  async close(): Promise<void> {
    await Promise.all([...this.#children].map(endProcess));
    rmSync(this.directory, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** The command line of a program of this example, for a configuration. */
export function programCommand(program: string): Config["services"][string]["command"] {
  return [process.execPath, programPath(program)];
}

/** The first line that a process prints. */
export async function firstLine({ stdout, stderr }: ChildProcess): Promise<string> {
  check(stdout !== null && stderr !== null, "the process has no output");
  let complaints = "";
  stderr.setEncoding("utf8").on("data", (text) => {
    complaints += text;
  });
  for await (const line of createInterface({ input: stdout, signal: AbortSignal.timeout(PATIENCE) })) {
    return line;
  }
  check(false, complaints.trim() || "the process ended without a word");
}

/** All that a process prints until it ends, and its exit code. */
export async function outcome(
  child: ChildProcess,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const output = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text) => {
    output.stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text) => {
    output.stderr += text;
  });
  await once(child, "close", { signal: AbortSignal.timeout(PATIENCE) });
  return { code: child.exitCode, ...output };
}

/** SIGTERM, and SIGKILL for what does not care. */
async function endProcess(child: ChildProcess): Promise<void> {
  const closed = once(child, "close");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
  await closed;
  clearTimeout(timer);
}

function programPath(name: string): string {
  return fileURLToPath(new URL(`../${name}.js`, import.meta.url));
}
