import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export const binary = fileURLToPath(new URL("../bin/ncalrpc.js", import.meta.url));
export const fixtures = fileURLToPath(new URL("fixtures", import.meta.url));

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** User and group to run as. */
  readonly uid?: number;
  readonly input?: string;
}

/** The command as users run it, with pipes for a terminal. */
export function startCli(args: readonly string[], options: RunOptions = {}): ChildProcess {
  const { env = {}, cwd = fixtures, uid } = options;
  return spawn(process.execPath, [binary, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "pipe"],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
}

/** Runs the command to its end; after 20 seconds it is killed, and its code is null. */
export async function runCli(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const child = startCli(args, options);
  const timer = setTimeout(() => child.kill("SIGKILL"), 20_000);
  child.stdin?.end(options.input ?? "");
  const [stdout, stderr, code] = await Promise.all([
    collect(child.stdout),
    collect(child.stderr),
    new Promise<number | null>((resolve) => child.once("close", resolve)),
  ]);
  clearTimeout(timer);
  return { code, stdout, stderr };
}

async function collect(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = "";
  for await (const chunk of stream ?? []) text += String(chunk);
  return text;
}
