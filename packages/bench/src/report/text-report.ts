import { isBusy, type Load } from "../harness/machine.js";
import type { Metric, Scenario } from "../scenario.js";
import type { System } from "../system.js";
import { formatNumber } from "./format-number.js";
import { groupsOf, type Plot } from "./plots.js";
import { type MetricRecord, REFERENCE, type Report } from "./results.js";
import { type Alignment, formatTable } from "./table.js";
import { targetTable } from "./target-table.js";
import type { TargetResult } from "./targets.js";

type SystemText = Pick<System, "name" | "description">;

export interface TextParts {
  readonly systems: readonly SystemText[];
  readonly scenarios: readonly Scenario[];
  readonly targets: readonly TargetResult[];
  /** Pictures that lie beside the text; none where it goes to a terminal. */
  readonly plots: readonly Pick<Plot, "file" | "scenario" | "title">[];
}

/** The whole report as Markdown. */
export function textReport(report: Report, { systems, scenarios, targets, plots }: TextParts): string {
  const pictures = (scenario: Scenario["name"] | null) =>
    plots.filter((plot) => plot.scenario === scenario).map(({ title, file }) => `![${title}](${file})`);
  return [
    machineSection(report),
    ...pictures(null),
    ["## Promised and measured", "", targetTable(targets)].join("\n"),
    [
      "## What is measured",
      "",
      formatTable(
        ["system", "what it is"],
        ["left", "left"],
        systems.map(({ name, description }) => [name, description]),
      ),
      "",
      `Figures are medians of the runs. "× ${REFERENCE}" and the factors in brackets are medians of the ratios within each ` +
        `run: above 1, ${REFERENCE} is better by that factor.`,
    ].join("\n"),
    ...scenarios.flatMap((scenario) => [
      ...scenarioSection(report, systems, scenario),
      ...pictures(scenario.name),
    ]),
    ...failureSection(report),
    ...(report.busy
      ? ["BUSY: other programs used the machine during this bench. Do not quote these figures."]
      : []),
  ].join("\n\n");
}

function machineSection({ machine, loads, runs, quick, seconds, started }: Report): string {
  const versions = Object.entries(machine.packages).map(([name, version]) => `${name} ${version}`);
  const commit = machine.commit === null ? "" : `, commit ${machine.commit}`;
  return [
    `# ncalrpc bench of ${started}: ${runs} ${runs === 1 ? "run" : "runs"}${quick ? ", quick" : ""}, ${seconds} s`,
    "",
    `- ${machine.cpu}, ${machine.cores} cores, ${machine.memory} GiB, ${machine.kernel}, Node ${machine.node}${commit}`,
    ...(versions.length === 0 ? [] : [`- ${versions.join(", ")}`]),
    ...(machine.compiler === null ? [] : [`- floors in C built with ${machine.compiler}`]),
    ...loads.map(
      (load, index) => `- load ${index === 0 ? "before" : `after run ${index}`}: ${describeLoad(load)}`,
    ),
  ].join("\n");
}

function describeLoad(load: Load): string {
  const averages = load.average.map((average) => average.toFixed(2)).join(" ");
  const share = `${Math.round(load.busyShare * 100)} % of the cores used by others`;
  return `${averages}, ${share}${isBusy(load) ? " (BUSY)" : ""}`;
}

/** Nothing where none of the systems was asked for it. */
function scenarioSection(report: Report, systems: readonly SystemText[], scenario: Scenario): string[] {
  const entries = [...report.records, ...report.unavailable, ...report.failures];
  const shown = systems.filter(({ name }) =>
    entries.some((entry) => entry.system === name && entry.scenario === scenario.name),
  );
  if (shown.length === 0) {
    return [];
  }
  const reasons = report.unavailable
    .filter((entry) => entry.scenario === scenario.name)
    .map(({ system, reason }) => `- ${system}: ${reason}`);
  const columns = scenario.metrics.filter((metric) => metric.show === undefined);
  return [
    [`## ${scenario.title}`, "", scenario.note, ...(reasons.length === 0 ? [] : ["", ...reasons])].join("\n"),
    ...(columns.length === 0 ? [] : [columnTable(report, shown, scenario, columns)]),
    ...groupsOf(scenario).flatMap((group) => sweepTable(report, shown, scenario, group)),
  ];
}

function columnTable(
  report: Report,
  systems: readonly SystemText[],
  scenario: Scenario,
  metrics: readonly Metric[],
): string {
  const header = metrics.flatMap(({ name, unit, compared }) => [
    `${name} (${unit})`,
    ...(compared ? [`× ${REFERENCE}`] : []),
  ]);
  const rows = systems.map(({ name }) => [
    name,
    ...metrics.flatMap((metric) => {
      const record = find(report, scenario, name, metric);
      const value = record === undefined ? missing(report, scenario, name) : formatNumber(record.median);
      const ratio = record?.ratio ?? null;
      return [value, ...(metric.compared ? [ratio === null ? "-" : formatNumber(ratio)] : [])];
    }),
  ]);
  return formatTable(["system", ...header], ["left", ...header.map((): Alignment => "right")], rows);
}

function sweepTable(
  report: Report,
  systems: readonly SystemText[],
  scenario: Scenario,
  group: string,
): string[] {
  const metrics = scenario.metrics.filter(
    (metric) =>
      metric.sweep?.group === group &&
      metric.show === "sweep" &&
      systems.some(({ name }) => find(report, scenario, name, metric) !== undefined),
  );
  if (metrics.length === 0) {
    return [];
  }
  const rows = systems
    .filter(({ name }) => metrics.some((metric) => find(report, scenario, name, metric) !== undefined))
    .map(({ name }) => [
      name,
      ...metrics.map((metric) => {
        const record = find(report, scenario, name, metric);
        if (record === undefined) {
          return missing(report, scenario, name);
        }
        const ratio = record.ratio === null || name === REFERENCE ? "" : ` (${formatNumber(record.ratio)}×)`;
        return `${formatNumber(record.median)}${ratio}`;
      }),
    ]);
  const header = [`${group} (${metrics[0]?.unit})`, ...metrics.map((metric) => metric.sweep?.label ?? "")];
  return [formatTable(header, ["left", ...metrics.map((): Alignment => "right")], rows)];
}

function find(report: Report, scenario: Scenario, system: string, metric: Metric): MetricRecord | undefined {
  return report.records.find(
    (entry) => entry.system === system && entry.scenario === scenario.name && entry.metric === metric.name,
  );
}

/** For a system of which a figure is not there. */
function missing(report: Report, scenario: Scenario, system: string): string {
  const failed = report.failures.some((entry) => entry.system === system && entry.scenario === scenario.name);
  return failed ? "failed" : "n/a";
}

function failureSection({ failures }: Report): string[] {
  if (failures.length === 0) {
    return [];
  }
  const lines = failures.map(
    ({ system, scenario, run, error }) => `- ${system}, ${scenario}, run ${run}: ${error}`,
  );
  return [["## Failures", "", ...lines].join("\n")];
}
