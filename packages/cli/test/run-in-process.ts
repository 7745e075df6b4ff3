import { runCommandLine } from "../src/run-command-line.js";
import type { Run } from "./run-cli.js";
import { fixtures } from "./run-cli.js";

/** Runs a command line in this process, in the fixtures' folder: for what does not need a process of its own. */
export async function runInProcess(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
  const printed: string[] = [];
  const reported: string[] = [];
  const before = { cwd: process.cwd(), env: { ...process.env } };
  Object.assign(process.env, env);
  process.chdir(fixtures);
  try {
    const code = await runCommandLine(args, {
      print: (line) => printed.push(`${line}\n`),
      report: (line) => reported.push(`${line}\n`),
      printsColor: false,
      reportsColor: false,
    });
    return { code, stdout: printed.join(""), stderr: reported.join("") };
  } finally {
    process.chdir(before.cwd);
    process.env = before.env;
  }
}
