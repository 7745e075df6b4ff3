import { runCommandLine } from "../src/run-command-line.js";
import { fixtures, type Run } from "./run-cli.js";

/** Runs a command line in this process, by default in the fixtures' folder: for what needs no process of its own. */
export async function runInProcess(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  cwd = fixtures,
): Promise<Run> {
  const printed: string[] = [];
  const reported: string[] = [];
  const before = {
    cwd: process.cwd(),
    env: Object.keys(env).map((name) => [name, process.env[name]] as const),
  };
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
    for (const [name, value] of before.env) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}
