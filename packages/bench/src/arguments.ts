import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { ScenarioName } from "./scenario.js";
import { SCENARIOS } from "./scenarios/index.js";
import { FULL_RUNS, QUICK_RUNS } from "./settings.js";
import { SYSTEMS } from "./systems/index.js";

const MOST_RUNS = 1_000;

/** Where the results lie that are committed. */
export const PUBLISHED = fileURLToPath(new URL("../../../docs/benchmarks", import.meta.url));

export interface Arguments {
  readonly help: boolean;
  readonly quick: boolean;
  readonly check: boolean;
  readonly runs: number;
  readonly systems: readonly string[];
  readonly scenarios: readonly ScenarioName[];
  /** The folder to write to, or null. */
  readonly out: string | null;
}

/** The command line cannot be understood; the message says what would be. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const HELP = `Usage: npm run bench -- [options]
       npm run bench -- codecs [options]
       npm run bench -- compile [options]

Measures ncalrpc beside other ways to call another process, client and server in processes of their own, and prints medians,
their ratios to ncalrpc, and the project's promises beside what was measured. Each scenario is measured with all systems in
turn, and all scenarios once before any of them again. Progress goes to standard error. Other programs should not run
meanwhile: the report says so if they did. "codecs" compares generated codecs with others instead,
and "compile" the compiler.

  --only NAMES         these scenarios, separated by commas
  --systems NAMES      these systems, separated by commas
  --runs N             runs of everything (default ${FULL_RUNS}, with --quick ${QUICK_RUNS})
  --quick              only as long as it takes to see that all of it works, under a minute; the figures mean little
  --out DIR            also write results.md, results.json and the plots there; everything at full length is written to
                       docs/benchmarks unless this says otherwise
  --check              exit with 3 if a promise is not kept or was not measured
  --help               this text

Scenarios:
${SCENARIOS.map(({ name, title }) => `  ${name.padEnd(12)} ${title}\n`).join("")}
Systems:
${[...SYSTEMS.keys()].map((name) => `  ${name}\n`).join("")}
Floors in C are built with $CC, cc, gcc or clang, and left out where there is none.

Exit status: 0 measured, 1 a system failed (the others are reported), 2 usage, 3 see --check.
`;

/** Throws UsageError. */
export function parseArguments(args: readonly string[]): Arguments {
  const { quick = false, help = false, check = false, runs, only, systems, out } = parseOptions(args);
  const everything = !quick && only === undefined && systems === undefined;
  return {
    help,
    quick,
    check,
    runs: runs === undefined ? (quick ? QUICK_RUNS : FULL_RUNS) : parseRuns(runs),
    systems: select("--systems", systems, [...SYSTEMS.keys()]),
    scenarios: select(
      "--only",
      only,
      SCENARIOS.map(({ name }) => name),
    ),
    out: out ?? (everything ? PUBLISHED : null),
  };
}

function parseOptions(args: readonly string[]) {
  try {
    return parseArgs({
      // pnpm hands the "--" of `npm run bench -- --quick` on.
      args: args[0] === "--" ? args.slice(1) : [...args],
      options: {
        quick: { type: "boolean" },
        check: { type: "boolean" },
        help: { type: "boolean", short: "h" },
        runs: { type: "string" },
        only: { type: "string", multiple: true },
        systems: { type: "string", multiple: true },
        out: { type: "string" },
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
  for (const asked of wanted) {
    if (!known.some((name) => name === asked)) {
      throw new UsageError(`${option}: "${asked}" is none of ${known.join(", ")}`);
    }
  }
  return known.filter((name) => wanted.includes(name));
}
