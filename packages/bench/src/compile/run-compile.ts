import { join } from "node:path";
import { describeMachine, type Load, type Machine, sampleLoad } from "../harness/machine.js";
import { median } from "../harness/statistics.js";
import { runProcess } from "./run-process.js";
import { CLI, type IdlFile, peerMissing, type Subject, subjectsOf } from "./subjects.js";
import { timeWatch } from "./watch.js";

/** Milliseconds after which a compiler is ended. */
const LIMIT = 180_000;
/** Milliseconds beyond which a compiler is not run again. */
const PATIENCE = 20_000;

export interface CompilePlan {
  /** Where everything is written. */
  readonly folder: string;
  readonly runs: number;
  /** The promises are about this one. */
  readonly large: IdlFile;
  readonly small: IdlFile;
  readonly asked: readonly IdlFile[];
  /** One line about what happens now. */
  progress(line: string): void;
}

/** What a compiler took: medians of its runs. */
export interface CompileRecord {
  readonly name: string;
  /** Milliseconds. */
  readonly time: number;
  /** MiB. */
  readonly memory: number;
  readonly runs: number;
  /** Whether it was ended before it came to its end. */
  readonly isCut: boolean;
}

export interface CompileReport {
  /** ISO 8601. */
  readonly started: string;
  readonly machine: Machine;
  readonly loads: readonly Load[];
  /** Ours on the large file first. */
  readonly records: readonly CompileRecord[];
  /** Milliseconds from a change to the new module, and of which file. */
  readonly watch: readonly { readonly name: string; readonly time: number }[];
  /** Why there is no peer; null if there is. */
  readonly missing: string | null;
}

/** Runs all compilers in turn, each in a new process, and all of them once before any of them again. */
export async function runCompile(plan: CompilePlan): Promise<CompileReport> {
  const { folder, runs, large, small, asked, progress } = plan;
  const started = new Date().toISOString();
  const missing = peerMissing();
  const subjects = [large, small, ...asked].flatMap((file) => subjectsOf(file, folder, missing === null));
  const loads = [await sampleLoad()];
  const costs = new Map<Subject, Awaited<ReturnType<typeof runProcess>>[]>(
    subjects.map((subject) => [subject, []]),
  );
  for (let run = 1; run <= runs; run++) {
    for (const [{ name, command, args }, of] of costs) {
      if (of.some(({ time }) => time > PATIENCE)) continue;
      progress(`run ${run} of ${runs}: ${name}`);
      of.push(await runProcess(command, args, folder, LIMIT));
    }
  }
  const watch: { name: string; time: number }[] = [];
  for (const { title, path } of [large, small]) {
    progress(`--watch: ${title}`);
    const out = join(folder, "watched");
    const args = [CLI, "generate", path, "--out", out, "--watch"];
    watch.push({ name: title, time: await timeWatch(process.execPath, args, path, out) });
  }
  loads.push(await sampleLoad());
  return {
    started,
    machine: describeMachine(["@bufbuild/protoc-gen-es", "@bufbuild/buf"]),
    loads,
    records: [...costs].map(([{ name }, of]) => ({
      name,
      time: median(of.map(({ time }) => time)),
      memory: median(of.map(({ memory }) => memory)),
      runs: of.length,
      isCut: of.some(({ isCut }) => isCut),
    })),
    watch,
    missing,
  };
}
