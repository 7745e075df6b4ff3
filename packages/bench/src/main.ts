import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Arguments, HELP, parseArguments, UsageError } from "./arguments.js";
import { codecsProgram } from "./codecs/program.js";
import { compileProgram } from "./compile/program.js";
import { describeError } from "./harness/message.js";
import { runBench } from "./harness/run-bench.js";
import { jsonReport } from "./report/json-report.js";
import { plots } from "./report/plots.js";
import { checkTargets } from "./report/targets.js";
import { textReport } from "./report/text-report.js";
import { SCENARIOS } from "./scenarios/index.js";
import { FULL, QUICK } from "./settings.js";
import type { System } from "./system.js";
import { loadSystem } from "./systems/index.js";

const FAILED = 1;
const USAGE = 2;
const PROMISE_BROKEN = 3;

async function main(args: Arguments): Promise<number> {
  if (args.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (args.out !== null) {
    makeDirectory(args.out);
  }
  const systems = await Promise.all(args.systems.map(loadOrName));
  const scenarios = SCENARIOS.filter(({ name }) => args.scenarios.includes(name));
  const report = await runBench({
    systems,
    scenarios,
    settings: args.quick ? QUICK : FULL,
    quick: args.quick,
    runs: args.runs,
    progress: (line) => process.stderr.write(`${line}\n`),
  });
  const targets = checkTargets(report);
  const parts = { systems, scenarios, targets };
  process.stdout.write(`${textReport(report, { ...parts, plots: [] })}\n`);
  if (args.out !== null) {
    const drawn = plots(report, systems, scenarios);
    for (const { file, svg } of drawn) {
      writeFileSync(join(args.out, file), svg);
    }
    writeFileSync(join(args.out, "results.md"), `${textReport(report, { ...parts, plots: drawn })}\n`);
    writeFileSync(join(args.out, "results.json"), jsonReport(report));
  }
  if (report.failures.length > 0) {
    return FAILED;
  }
  return args.check && targets.some(({ met }) => met !== true) ? PROMISE_BROKEN : 0;
}

/** Before the measuring rather than after it. */
function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    throw new UsageError(`cannot write to ${directory}: ${describeError(error)}`);
  }
}

/** A system that cannot be loaded here will fail in its own processes too, which report why. */
async function loadOrName(name: string): Promise<System> {
  try {
    return await loadSystem(name);
  } catch (error) {
    const description = `cannot be loaded: ${describeError(error)}`;
    return {
      name,
      description,
      kind: "peer",
      packages: [],
      unavailable: {},
      connect: () => Promise.reject(error),
    };
  }
}

// Ending through exit lets the run clean up after itself.
process.on("SIGINT", () => process.exit(130));
process.on("SIGTERM", () => process.exit(143));
process.on("SIGHUP", () => process.exit(129));

/** Comparisons that are no calls, by the word that asks for them. */
const PROGRAMS: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  codecs: codecsProgram,
  compile: compileProgram,
};

try {
  // pnpm hands the "--" of `npm run bench -- codecs` on.
  const args = process.argv.slice(process.argv[2] === "--" ? 3 : 2);
  const program = PROGRAMS[args[0] ?? ""];
  process.exitCode = program === undefined ? await main(parseArguments(args)) : await program(args.slice(1));
} catch (error) {
  const usage = error instanceof UsageError;
  process.stderr.write(`bench: ${describeError(error)}${usage ? "\nSee npm run bench -- --help." : ""}\n`);
  process.exitCode = usage ? USAGE : FAILED;
}
