import { runCommandLine } from "../src/run-command-line.js";
import type { Run } from "./run-cli.js";
import { fixtures } from "./run-cli.js";

/** Runs a command line in this process, by default in the fixtures' folder: for what needs no process of its own. */
export async function runInProcess(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  cwd = fixtures,
): Promise<Run> {
  const printed: string[] = [];
  const reported: string[] = [];
  const before = { cwd: process.cwd(), env: { ...process.env } };
  Object.assign(process.env, env);
  process.chdir(cwd);
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
