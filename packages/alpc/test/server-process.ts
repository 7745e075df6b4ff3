import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

export type ServerProcess = ChildProcessByStdio<Writable, Readable, null>;

export function program(name: string): string {
  return fileURLToPath(new URL(`./programs/${name}`, import.meta.url));
}

/** Starts a program of programs/ and waits for its first line. */
export async function startProgram(
  name: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  wrapper: readonly string[] = [],
): Promise<{ readonly child: ServerProcess; readonly line: string }> {
  const [command = process.execPath, ...rest] = [...wrapper, process.execPath, program(name), ...args];
  const child = spawn(command, rest, {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, ...environment },
  });
  const line = await Promise.race([
    once(child.stdout, "data").then(([data]) => String(data)),
    once(child, "exit").then(([code]) => {
      throw new Error(`${name} ended with ${code}`);
    }),
  ]);
  return { child, line };
}

/** Ends the program in good order. */
export async function stopProgram(child: ServerProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.stdin.end();
  const timer = setTimeout(() => child.kill("SIGKILL"), 5_000);
  await exited;
  clearTimeout(timer);
}
