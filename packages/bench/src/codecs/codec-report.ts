import { isBusy } from "../harness/machine.js";
import { type BarPanel, barPlot } from "../report/bar-plot.js";
import { formatNumber } from "../report/format-number.js";
import type { Kind } from "../report/svg.js";
import { formatTable } from "../report/table.js";
import type { Codec } from "./codec.js";
import { checkCodecTargets, ratio } from "./codec-targets.js";
import { MESSAGE_NAMES, MESSAGES, type MessageName } from "./messages.js";
import type { CodecReport } from "./run-codecs.js";

/** Markdown that also reads well in a terminal. `plot` is the file beside it, if there is one. */
export function codecText(report: CodecReport, codecs: readonly Codec[], plot: string | null): string {
  const { machine, loads, runs, started } = report;
  const versions = Object.entries(machine.packages).map(([name, version]) => `${name} ${version}`);
  return [
    `# Codecs, ${started}: ${runs} ${runs === 1 ? "run" : "runs"}`,
    [
      `- ${machine.cpu}, ${machine.cores} cores, ${machine.memory} GiB, ${machine.kernel}, Node ${machine.node}`,
      `- ${versions.join(", ")}`,
      ...loads.map((load, index) => {
        const share = `${Math.round(load.busyShare * 100)} % of the cores used by others`;
        return `- load ${index === 0 ? "before" : `after run ${index}`}: ${share}${isBusy(load) ? " (BUSY)" : ""}`;
      }),
    ].join("\n"),
    "Every codec has a process of its own, all of them in turn in each run; figures are medians of the runs. What comes back is compared with what was sent. `×` is how many times as long as ours both directions take.",
    formatTable(
      ["codec", "what is measured"],
      ["left", "left"],
      codecs.map(({ name, description }) => [name, description]),
    ),
    targetTable(report),
    ...(plot === null ? [] : [`![Encoding and decoding together, by codec](${plot})`]),
    ...MESSAGE_NAMES.map((name) => `## ${name}: ${MESSAGES[name]}\n\n${messageTable(report, name)}`),
  ].join("\n\n");
}

function targetTable(report: CodecReport): string {
  const rows = checkCodecTargets(report).map(({ promise, atLeast, measured, met }) => [
    promise,
    formatNumber(atLeast),
    measured === null ? "-" : formatNumber(measured),
    met === null ? "not measured" : met ? "kept" : "BROKEN",
  ]);
  return formatTable(["promise", "at least", "measured", ""], ["left", "right", "right", "left"], rows);
}

function messageTable(report: CodecReport, message: MessageName): string {
  const rows = report.records
    .filter((record) => record.message === message)
    .map(({ codec, encode, decode, both, length }) => {
      const times = ratio(report, codec, message);
      return [
        codec,
        ...[encode, decode, both].map((time) => formatNumber(time / 1_000)),
        times === null ? "-" : formatNumber(times),
        length.toLocaleString("en-US"),
      ];
    });
  const header = ["codec", "encode (µs)", "decode (µs)", "both (µs)", "×", "octets"];
  return formatTable(header, ["left", "right", "right", "right", "right", "right"], rows);
}

function kindOf(codec: string): Kind {
  if (codec === "ncalrpc") return "ours";
  if (codec === "memcpy") return "floor";
  return codec.startsWith("ncalrpc-") ? "variant" : "peer";
}

/** A panel of bars for each message. */
export function codecPlot(report: CodecReport): string {
  const panels = MESSAGE_NAMES.flatMap((message): BarPanel[] => {
    const records = report.records.filter((record) => record.message === message);
    const bars = records.map(({ codec, both }) => ({
      label: codec,
      value: both / 1_000,
      kind: kindOf(codec),
    })) satisfies BarPanel["bars"];
    if (bars.length === 0) return [];
    return [
      { heading: `${message}: ${MESSAGES[message]}`, title: "encode and decode, µs (lower is better)", bars },
    ];
  });
  const subtitle = `${report.machine.cpu}, Node ${report.machine.node}, medians of ${report.runs} ${report.runs === 1 ? "run" : "runs"}`;
  return barPlot({ title: "Codecs side by side", subtitle }, panels);
}
