import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { PUBLISHED, UsageError } from "../arguments.js";
import { describeMachine, isBusy, sampleLoad } from "../harness/machine.js";
import { describeError } from "../harness/message.js";
import { median } from "../harness/statistics.js";
import { formatNumber } from "../report/format-number.js";
import { formatTable } from "../report/table.js";
import { type Cost, runProcess } from "./run-process.js";
import { idlSchema, protoSchema } from "./schemas.js";
import { timeWatch } from "./watch.js";

const RUNS = 5;
/** Milliseconds after which a compiler is ended. */
const LIMIT = 120_000;
const PROMISE_BROKEN = 3;

/** Promises: milliseconds and MiB for the interface of 1,000 methods, milliseconds to generate anew. */
const MOST_TIME = 2_000;
const MOST_MEMORY = 400;
const MOST_WATCH = 300;

const cli = fileURLToPath(new URL("../../../cli/bin/ncalrpc.js", import.meta.url));
const tools = fileURLToPath(new URL("../../node_modules/.bin/", import.meta.url));
const example = fileURLToPath(
  new URL("../../../../examples/service-control/idl/service-control.idl", import.meta.url),
);

export const COMPILE_HELP = `Usage: npm run bench -- compile [options]

Times "ncalrpc generate" as a process of its own, on an interface of 1,000 methods beside buf with protoc-gen-es on an equal
schema, and how long "--watch" takes after a change. Memory is what all processes hold together, sampled.

  --file FILE    also time this IDL file, for instance Samba's spoolss.idl; may be repeated
  --include DIR  where its imports are; may be repeated
  --dialect NAME of such files: midl, widl, pidl, dce
  --runs N       runs of everything (default ${RUNS})
  --out DIR      write compile.md there (default docs/benchmarks, if no file is added)
  --check        exit with 3 if a promise is not kept
  --help         this text
`;

interface Subject {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** Answers the exit status. Throws UsageError. */
export async function compileProgram(args: readonly string[]): Promise<number> {
  const { help = false, check = false, file = [], include = [], dialect, runs, out } = options(args);
  if (help) {
    process.stdout.write(COMPILE_HELP);
    return 0;
  }
  const count = runs === undefined ? RUNS : Number(runs);
  if (!Number.isInteger(count) || count < 1)
    throw new UsageError(`--runs wants a whole number from 1, not "${runs}"`);
  const folder = mkdtempSync(join(tmpdir(), "ncalrpc-compile-"));
  try {
    const subjects = [...prepare(folder), ...file.map((path) => realFile(folder, path, include, dialect))];
    const before = await sampleLoad();
    const costs = new Map<string, Cost[]>(subjects.map(({ name }) => [name, []]));
    for (let run = 1; run <= count; run++) {
      for (const { name, command, args: given } of subjects) {
        // What takes so long is not asked again.
        if (costs.get(name)?.some(({ isCut }) => isCut)) continue;
        process.stderr.write(`run ${run} of ${count}: ${name}\n`);
        costs.get(name)?.push(await runProcess(command, given, folder, LIMIT));
      }
    }
    const watch = await watched(folder);
    const rows = [...costs].map(([name, of]) => [
      name,
      (of.some(({ isCut }) => isCut) ? "over " : "") + formatNumber(median(of.map(({ time }) => time))),
      formatNumber(median(of.map(({ memory }) => memory))),
    ]);
    const ours = costs.get(OURS) ?? [];
    const promises = [
      promise("1,000 methods: milliseconds", median(ours.map(({ time }) => time)), MOST_TIME),
      promise("1,000 methods: MiB", median(ours.map(({ memory }) => memory)), MOST_MEMORY),
      promise("--watch of an interface: milliseconds", watch, MOST_WATCH),
    ];
    const { cpu, cores, node, packages } = describeMachine(["@bufbuild/protoc-gen-es", "@bufbuild/buf"]);
    const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
    const text = [
      `# Compiling, ${new Date().toISOString()}: ${count} runs`,
      `- ${cpu}, ${cores} cores, Node ${node}\n- ${versions.join(", ")}\n- load before: ${Math.round(before.busyShare * 100)} % of the cores used by others${isBusy(before) ? " (BUSY)" : ""}`,
      formatTable(["", "median (ms)", "memory (MiB)"], ["left", "right", "right"], rows),
      formatTable(
        ["promise", "at most", "measured", ""],
        ["left", "right", "right", "left"],
        promises.map(({ row }) => row),
      ),
    ].join("\n\n");
    process.stdout.write(`${text}\n`);
    const directory = out ?? (file.length > 0 ? null : PUBLISHED);
    if (directory !== null) {
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, "compile.md"), `${text}\n`);
    }
    return check && promises.some(({ isKept }) => !isKept) ? PROMISE_BROKEN : 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const OURS = "ncalrpc generate, 1,000 methods";

function prepare(folder: string): Subject[] {
  const idl = join(folder, "thousand.idl");
  writeFileSync(idl, idlSchema());
  mkdirSync(join(folder, "proto"));
  writeFileSync(join(folder, "proto", "thousand.proto"), protoSchema());
  const plugin = { local: join(tools, "protoc-gen-es"), out: join(folder, "es"), opt: ["target=ts"] };
  const template = JSON.stringify({ version: "v2", plugins: [plugin] });
  return [
    { name: OURS, command: process.execPath, args: [cli, "generate", idl, "--out", join(folder, "ncalrpc")] },
    {
      name: "buf with protoc-gen-es, equal schema",
      command: join(tools, "buf"),
      args: ["generate", "--template", template, join(folder, "proto")],
    },
  ];
}

function realFile(
  folder: string,
  path: string,
  include: readonly string[],
  dialect: string | undefined,
): Subject {
  const file = resolve(path);
  if (statSync(file, { throwIfNoEntry: false }) === undefined) throw new UsageError(`--file: no ${path}`);
  const directories = [dirname(file), ...include.map((directory) => resolve(directory))];
  return {
    name: `ncalrpc generate, ${basename(file)}`,
    command: process.execPath,
    args: [
      cli,
      "generate",
      file,
      "--out",
      join(folder, basename(file)),
      ...directories.flatMap((directory) => ["--include", directory]),
      ...(dialect === undefined ? [] : ["--dialect", dialect]),
    ],
  };
}

async function watched(folder: string): Promise<number> {
  const idl = join(folder, "service-control.idl");
  const text = readFileSync(example, "utf8");
  writeFileSync(idl, text);
  const out = join(folder, "watched");
  const args = [cli, "generate", idl, "--out", out, "--watch"];
  return await timeWatch(process.execPath, args, idl, join(out, "service-control.ts"), text);
}

function promise(name: string, measured: number, most: number): { row: string[]; isKept: boolean } {
  const isKept = measured <= most;
  return { row: [name, formatNumber(most), formatNumber(measured), isKept ? "kept" : "BROKEN"], isKept };
}

function options(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: "boolean", short: "h" },
        check: { type: "boolean" },
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
