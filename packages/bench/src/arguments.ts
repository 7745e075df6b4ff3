import { parseArgs } from "node:util";
import type { ScenarioName } from "./scenario.js";
import { SCENARIOS } from "./scenarios/index.js";
import { FULL_RUNS, QUICK_RUNS } from "./settings.js";
import { SYSTEMS } from "./systems/index.js";

const MOST_RUNS = 1_000;

export interface Arguments {
  readonly help: boolean;
  readonly quick: boolean;
  readonly runs: number;
  readonly systems: readonly string[];
  readonly scenarios: readonly ScenarioName[];
  /** Files to write, or null. */
  readonly json: string | null;
  readonly plot: string | null;
}

/** The command line cannot be understood; the message says what would be. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const HELP = `Usage: npm run bench -- [options]

Measures ncalrpc beside other ways to call another process, client and server in two processes, and prints medians and
their ratios to ncalrpc. All systems run once before any of them runs again. Progress goes to standard error.

  --quick              shorter, at most ${QUICK_RUNS} runs, under a minute in total
  --runs N             runs of everything (default ${FULL_RUNS})
  --only NAMES         these systems, separated by commas
  --scenario NAMES     these scenarios, separated by commas; "payload" means every size
  --json FILE          also write machine, load and records of every figure as JSON
  --plot FILE.svg      also draw the medians
  --help               this text

Systems:
${wrapNames([...SYSTEMS.keys()])}
Scenarios:
${wrapNames(SCENARIOS.map((scenario) => scenario.name))}
Exit status: 0 measured, 1 a system failed (the others are reported), 2 usage.
`;

/** Throws UsageError. */
export function parseArguments(args: readonly string[]): Arguments {
  const { quick, help, runs, only, scenario, json, plot } = parseOptions(args);
  if (plot !== undefined && !plot.endsWith(".svg")) {
    throw new UsageError(`--plot writes SVG: "${plot}" does not end in .svg`);
  }
  return {
    help: help ?? false,
    quick: quick ?? false,
    runs: runs === undefined ? (quick ? QUICK_RUNS : FULL_RUNS) : parseRuns(runs),
    systems: select("--only", only, [...SYSTEMS.keys()]),
    scenarios: select(
      "--scenario",
      scenario,
      SCENARIOS.map(({ name }) => name),
    ),
    json: json ?? null,
    plot: plot ?? null,
  };
}

function parseOptions(args: readonly string[]) {
  try {
    return parseArgs({
      // pnpm hands the "--" of `npm run bench -- --quick` on.
      args: args[0] === "--" ? args.slice(1) : [...args],
      options: {
        quick: { type: "boolean" },
        help: { type: "boolean", short: "h" },
        runs: { type: "string" },
        only: { type: "string", multiple: true },
        scenario: { type: "string", multiple: true },
        json: { type: "string" },
        plot: { type: "string" },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function parseRuns(text: string): number {
  const runs = Number(text);
  if (!Number.isInteger(runs) || runs < 1 || runs > MOST_RUNS) {
    throw new UsageError(`--runs wants a whole number from 1 to ${MOST_RUNS}, not "${text}"`);
  }
  return runs;
}

/** The known names that are asked for, in their own order; all of them if nothing is. */
function select<Name extends string>(
  option: string,
  lists: readonly string[] | undefined,
  known: readonly Name[],
): Name[] {
  if (lists === undefined) {
    return [...known];
  }
  const wanted = lists.flatMap((list) => list.split(",")).map((name) => name.trim());
  const matches = (asked: string, name: string) =>
    name === asked || (name.startsWith(`${asked}-`) && asked === "payload");
  for (const asked of wanted) {
    if (!known.some((name) => matches(asked, name))) {
      throw new UsageError(`${option}: "${asked}" is none of ${known.join(", ")}`);
    }
  }
  return known.filter((name) => wanted.some((asked) => matches(asked, name)));
}

function wrapNames(names: readonly string[]): string {
  return names.map((name) => `  ${name}\n`).join("");
}
