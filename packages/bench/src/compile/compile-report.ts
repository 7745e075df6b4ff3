import { isBusy } from "../harness/machine.js";
import { formatNumber } from "../report/format-number.js";
import { formatTable } from "../report/table.js";
import type { CompileReport } from "./run-compile.js";

/** Promises: milliseconds and MiB for the large interface, milliseconds to generate anew. */
const MOST_TIME = 2_000;
const MOST_MEMORY = 400;
const MOST_WATCH = 300;

interface CompileTargetResult {
  readonly promise: string;
  readonly most: number;
  readonly measured: number;
  readonly isKept: boolean;
}

export function checkCompileTargets({ records, watch }: CompileReport): CompileTargetResult[] {
  const [large] = records;
  const result = (promise: string, most: number, measured: number): CompileTargetResult => {
    return { promise, most, measured, isKept: measured <= most };
  };
  return [
    result(`${large?.name}: milliseconds`, MOST_TIME, large?.time ?? Number.NaN),
    result(`${large?.name}: MiB`, MOST_MEMORY, large?.memory ?? Number.NaN),
    ...watch.map(({ name, time }) => result(`--watch, ${name}: milliseconds`, MOST_WATCH, time)),
  ];
}

/** Markdown that also reads well in a terminal. */
export function compileText(report: CompileReport): string {
  const { started, machine, loads, records, missing } = report;
  const versions = Object.entries(machine.packages).map(([name, version]) => `${name} ${version}`);
  return [
    `# Compiling, ${started}`,
    [
      `- ${machine.cpu}, ${machine.cores} cores, ${machine.memory} GiB, ${machine.kernel}, Node ${machine.node}`,
      `- ${versions.join(", ")}`,
      ...loads.map((load, index) => {
        const share = `${Math.round(load.busyShare * 100)} % of the cores used by others`;
        return `- load ${index === 0 ? "before" : "after"}: ${share}${isBusy(load) ? " (BUSY)" : ""}`;
      }),
      ...(missing === null ? [] : [`- without the peer, which cannot be run here: ${missing}`]),
    ].join("\n"),
    "Each compiler is a process of its own, all of them in turn in each run; figures are medians of the runs. An equal schema has a message for each struct and union and two for each method, and is made from the IDL. Memory is what all processes of a compiler hold together, sampled. What takes longer than 20 s is run once.",
    formatTable(
      ["", "time (ms)", "memory (MiB)", "runs"],
      ["left", "right", "right", "right"],
      records.map(({ name, time, memory, runs, isCut }) => [
        name,
        (isCut ? "over " : "") + formatNumber(time),
        formatNumber(memory),
        String(runs),
      ]),
    ),
    "`--watch`: from the change of the file, which adds a method, to the new module; the median of a few changes of one process.",
    formatTable(
      ["promise", "at most", "measured", ""],
      ["left", "right", "right", "left"],
      checkCompileTargets(report).map(({ promise, most, measured, isKept }) => [
        promise,
        formatNumber(most),
        formatNumber(measured),
        isKept ? "kept" : "BROKEN",
      ]),
    ),
  ].join("\n\n");
}
