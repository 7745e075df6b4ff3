import { accessSync, constants, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { type Arguments, HELP, parseArguments, UsageError } from "./arguments.js";
import { describeError } from "./harness/message.js";
import { runBench } from "./harness/run-bench.js";
import { svgPlot } from "./report/svg-plot.js";
import { textReport } from "./report/text-report.js";
import { SCENARIOS } from "./scenarios/index.js";
import { FULL, QUICK, QUICK_BUDGET } from "./settings.js";
import type { System } from "./system.js";
import { loadSystem } from "./systems/index.js";

async function main(args: Arguments): Promise<number> {
  if (args.help) {
    process.stdout.write(HELP);
    return 0;
  }
  for (const file of [args.json, args.plot]) {
    if (file !== null) {
      checkWritable(dirname(file));
    }
  }
  const systems = await Promise.all(args.systems.map(loadOrName));
  const scenarios = SCENARIOS.filter(({ name }) => args.scenarios.includes(name));
  const report = await runBench({
    systems,
    scenarios,
    settings: args.quick ? QUICK : FULL,
    quick: args.quick,
    runs: args.runs,
    budget: args.quick ? QUICK_BUDGET : Number.POSITIVE_INFINITY,
    progress: (line) => process.stderr.write(`${line}\n`),
  });
  process.stdout.write(`${textReport(report, systems, scenarios)}\n`);
  if (args.json !== null) {
    writeFileSync(args.json, `${JSON.stringify(report, null, 2)}\n`);
  }
  if (args.plot !== null) {
    writeFileSync(args.plot, svgPlot(report, scenarios));
  }
  return report.failures.length === 0 ? 0 : 1;
}

/** Before the measuring rather than after it. */
function checkWritable(directory: string): void {
  try {
    accessSync(directory, constants.W_OK);
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
    return { name, description, packages: [], unavailable: {}, connect: () => Promise.reject(error) };
  }
}

// Ending through exit lets the run clean up after itself.
process.on("SIGINT", () => process.exit(130));
process.on("SIGTERM", () => process.exit(143));
process.on("SIGHUP", () => process.exit(129));

try {
  process.exitCode = await main(parseArguments(process.argv.slice(2)));
} catch (error) {
  const usage = error instanceof UsageError;
  process.stderr.write(`bench: ${describeError(error)}${usage ? "\nSee npm run bench -- --help." : ""}\n`);
  process.exitCode = usage ? 2 : 1;
}
