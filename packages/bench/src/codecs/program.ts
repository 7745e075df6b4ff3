import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { PUBLISHED, UsageError } from "../arguments.js";
import { describeError } from "../harness/message.js";
import { codecPlot, codecText } from "./codec-report.js";
import { checkCodecTargets } from "./codec-targets.js";
import { CODECS } from "./codecs.js";
import { runCodecs } from "./run-codecs.js";

const FULL = { runs: 5, settings: { warmup: 400, duration: 600 } };
const QUICK = { runs: 1, settings: { warmup: 60, duration: 60 } };
const PROMISE_BROKEN = 3;

export const CODECS_HELP = `Usage: npm run bench -- codecs [options]

Measures our generated codecs beside others, on the same four messages, each codec in a process of its own, all of them in
turn. Progress goes to standard error. At full length the results are written to docs/benchmarks.

  --only NAMES   these codecs, separated by commas: ${[...CODECS.keys()].join(", ")}
  --runs N       runs of everything (default ${FULL.runs}, with --quick ${QUICK.runs})
  --quick        only as long as it takes to see that all of it works; the figures mean little
  --out DIR      write codecs.md, codecs.json and codecs.svg there
  --check        exit with 3 if a promise is not kept or was not measured
  --help         this text
`;

/** Answers the exit status. Throws UsageError. */
export async function codecsProgram(args: readonly string[]): Promise<number> {
  const { help = false, quick = false, check = false, only, runs, out } = options(args);
  if (help) {
    process.stdout.write(CODECS_HELP);
    return 0;
  }
  const asked = only?.split(",") ?? [...CODECS.keys()];
  const codecs = asked.map((name) => {
    const codec = CODECS.get(name.trim());
    if (codec === undefined)
      throw new UsageError(`--only: "${name}" is none of ${[...CODECS.keys()].join(", ")}`);
    return codec;
  });
  const plan = quick ? QUICK : FULL;
  const report = await runCodecs({
    codecs,
    runs: runs === undefined ? plan.runs : runCount(runs),
    settings: plan.settings,
    progress: (line) => process.stderr.write(`${line}\n`),
  });
  process.stdout.write(`${codecText(report, codecs, null)}\n`);
  const directory = out ?? (quick || only !== undefined ? null : PUBLISHED);
  if (directory !== null) {
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, "codecs.svg"), codecPlot(report));
    writeFileSync(join(directory, "codecs.md"), `${codecText(report, codecs, "codecs.svg")}\n`);
    writeFileSync(join(directory, "codecs.json"), `${JSON.stringify(report, null, 2)}\n`);
  }
  return check && checkCodecTargets(report).some(({ met }) => met !== true) ? PROMISE_BROKEN : 0;
}

function options(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: "boolean" },
        check: { type: "boolean" },
        help: { type: "boolean", short: "h" },
        runs: { type: "string" },
        only: { type: "string" },
        out: { type: "string" },
      },
    }).values;
  } catch (error) {
    throw new UsageError(describeError(error));
  }
}

function runCount(text: string): number {
  const runs = Number(text);
  if (!Number.isInteger(runs) || runs < 1)
    throw new UsageError(`--runs wants a whole number from 1, not "${text}"`);
  return runs;
}
