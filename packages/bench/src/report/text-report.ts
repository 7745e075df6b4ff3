import { isBusy, type Load } from "../harness/machine.js";
import type { Scenario } from "../scenario.js";
import type { System } from "../system.js";
import { formatNumber } from "./format-number.js";
import { REFERENCE, type Report } from "./results.js";
import { formatTable } from "./table.js";

/** The whole report as Markdown. */
export function textReport(
  report: Report,
  systems: readonly Pick<System, "name" | "description">[],
  scenarios: readonly Scenario[],
): string {
  return [
    machineSection(report),
    formatTable(
      ["system", "what it is"],
      ["left", "left"],
      systems.map(({ name, description }) => [name, description]),
    ),
    ...scenarios.map((scenario) => scenarioSection(report, systems, scenario)),
    ...failureSection(report),
    `Medians of the runs. "× ${REFERENCE}" is the median of the ratios within each run: above 1, ${REFERENCE} is better.`,
    ...(report.busy
      ? ["BUSY: other programs used the machine during this bench. Do not quote these figures."]
      : []),
  ].join("\n\n");
}

function machineSection({ machine, loads, runs, quick, seconds, started }: Report): string {
  const versions = Object.entries(machine.packages).map(([name, version]) => `${name} ${version}`);
  return [
    `# ncalrpc bench of ${started}: ${runs} ${runs === 1 ? "run" : "runs"}${quick ? ", quick" : ""}, ${seconds} s`,
    "",
    `- ${machine.cpu}, ${machine.cores} cores, ${machine.memory} GiB, ${machine.kernel}, Node ${machine.node}`,
    ...(versions.length === 0 ? [] : [`- ${versions.join(", ")}`]),
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

function scenarioSection(
  report: Report,
  systems: readonly Pick<System, "name">[],
  scenario: Scenario,
): string {
  const reasons: string[] = [];
  const rows = systems.map(({ name }) => {
    const reason = report.unavailable.find(
      (entry) => entry.system === name && entry.scenario === scenario.name,
    );
    if (reason !== undefined) {
      reasons.push(`- n/a, ${name}: ${reason.reason}`);
    }
    const cells = scenario.metrics.flatMap((metric) => {
      const record = report.records.find(
        (entry) => entry.system === name && entry.scenario === scenario.name && entry.metric === metric.name,
      );
      if (record === undefined) {
        return [reason === undefined ? "failed" : "n/a", "-"];
      }
      return [formatNumber(record.median), record.ratio === null ? "-" : formatNumber(record.ratio)];
    });
    return [name, ...cells];
  });
  const header = scenario.metrics.flatMap(({ name, unit }) => [`${name} (${unit})`, `× ${REFERENCE}`]);
  const table = formatTable(["system", ...header], ["left", ...header.map(() => "right" as const)], rows);
  return [
    `## ${scenario.title}`,
    "",
    scenario.note,
    "",
    ...reasons,
    ...(reasons.length > 0 ? [""] : []),
    table,
  ].join("\n");
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
