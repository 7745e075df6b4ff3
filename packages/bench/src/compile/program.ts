import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { PUBLISHED, UsageError } from "../arguments.js";
import { describeError } from "../harness/message.js";
import { checkCompileTargets, compileText } from "./compile-report.js";
import { idlSchema } from "./idl-schema.js";
import { type CompilePlan, runCompile } from "./run-compile.js";
import { existing, type IdlFile } from "./subjects.js";

const RUNS = 5;
const METHODS = 1_000;
const QUICK_METHODS = 20;
const PROMISE_BROKEN = 3;
const DIALECTS = ["midl", "widl", "pidl", "dce"] as const;

const example = fileURLToPath(
  new URL("../../../../examples/service-control/idl/service-control.idl", import.meta.url),
);

export const COMPILE_HELP = `Usage: npm run bench -- compile [options]

Times "ncalrpc generate" as a process of its own, on an interface of ${METHODS.toLocaleString("en-US")} methods, beside buf with protoc-gen-es on an
equal schema, which is made from the same IDL, and how long "--watch" takes after a change. Memory is what all processes hold
together, sampled.

  --file FILE    also this IDL file, for instance Samba's spoolss.idl, without methods that cannot be generated; may be repeated
  --include DIR  where its imports are; may be repeated
  --dialect NAME of such files: ${DIALECTS.join(", ")}
  --runs N       runs of everything (default ${RUNS}, with --quick 1)
  --quick        an interface of ${QUICK_METHODS} methods, to see that all of it works; the figures mean little
  --out DIR      write compile.md there (default docs/benchmarks at full length)
  --check        exit with 3 if a promise is not kept
  --help         this text
`;

/** Answers the exit status. Throws UsageError. */
export async function compileProgram(args: readonly string[]): Promise<number> {
  const { help = false, check = false, quick = false, file = [], out, ...given } = options(args);
  if (help) {
    process.stdout.write(COMPILE_HELP);
    return 0;
  }
  const dialect = DIALECTS.find((name) => name === (given.dialect ?? "midl"));
  if (dialect === undefined)
    throw new UsageError(`--dialect: "${given.dialect}" is none of ${DIALECTS.join(", ")}`);
  const asked = file.map((path): IdlFile => {
    return {
      title: basename(path),
      path: existing(path),
      include: given.include ?? [],
      dialect,
      partial: true,
    };
  });
  const folder = mkdtempSync(join(tmpdir(), "ncalrpc-compile-"));
  // Ending through exit leaves nothing behind either.
  const cleanUp = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", cleanUp);
  try {
    const report = await runCompile(planOf(folder, quick, runCount(given.runs, quick), asked));
    const text = compileText(report);
    process.stdout.write(`${text}\n`);
    const directory = out ?? (quick ? null : PUBLISHED);
    if (directory !== null) {
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, "compile.md"), `${text}\n`);
    }
    return check && checkCompileTargets(report).some(({ isKept }) => !isKept) ? PROMISE_BROKEN : 0;
  } finally {
    cleanUp();
    process.off("exit", cleanUp);
  }
}

function planOf(folder: string, quick: boolean, runs: number, asked: readonly IdlFile[]): CompilePlan {
  const methods = quick ? QUICK_METHODS : METHODS;
  const own = { include: [], dialect: "midl", partial: false } as const;
  const large: IdlFile = {
    ...own,
    title: `${methods.toLocaleString("en-US")} methods`,
    path: join(folder, "thousand.idl"),
  };
  writeFileSync(large.path, idlSchema(methods));
  const small: IdlFile = { ...own, title: "service-control.idl", path: join(folder, "service-control.idl") };
  writeFileSync(small.path, readFileSync(example));
  return {
    folder,
    runs,
    large,
    small,
    asked,
    progress: (line) => process.stderr.write(`${line}\n`),
  };
}

function runCount(text: string | undefined, quick: boolean): number {
  const runs = text === undefined ? (quick ? 1 : RUNS) : Number(text);
  if (!Number.isInteger(runs) || runs < 1)
    throw new UsageError(`--runs wants a whole number from 1, not "${text}"`);
  return runs;
}

function options(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: "boolean", short: "h" },
        check: { type: "boolean" },
        quick: { type: "boolean" },
        file: { type: "string", multiple: true },
        include: { type: "string", multiple: true },
        dialect: { type: "string" },
        runs: { type: "string" },
        out: { type: "string" },
      },
    }).values;
  } catch (error) {
    throw new UsageError(describeError(error));
  }
}
