import type { Metric, Scenario, ScenarioName } from "../scenario.js";
import type { System } from "../system.js";
import { type BarPanel, barPlot } from "./bar-plot.js";
import { type Line, linePlot } from "./line-plot.js";
import type { Report } from "./results.js";
import type { Heading, Kind } from "./svg.js";

export interface Plot {
  /** In the folder of the report. */
  readonly file: string;
  /** Under which heading of the report it stands; null for its beginning. */
  readonly scenario: ScenarioName | null;
  readonly title: string;
  readonly svg: string;
}

type SystemKind = Pick<System, "name" | "kind">;

const OVERVIEW_TITLE = "ncalrpc side by side with other ways to call another process";

/** What the overview shows, as far as it was measured. */
const OVERVIEW: readonly (readonly [ScenarioName, string])[] = [
  ["unary", "mean"],
  ["in-flight", "rate"],
  ["unary", "p99"],
  ["in-flight", "CPU"],
  ["payload", "upload 1 MiB"],
  ["payload", "download 64 MiB"],
  ["clients", "1,000 clients"],
  ["fairness", "p99 beside"],
  ["idle", "memory"],
  ["start-up", "client"],
];

const THROUGHPUT: readonly (readonly [ScenarioName, string])[] = [
  ["in-flight", "rate"],
  ["in-flight", "CPU"],
  ["in-flight", "client CPU"],
  ["in-flight", "server CPU"],
  ["in-flight", "client allocates"],
  ["in-flight", "server allocates"],
];

/** Labels of the horizontal axes, by group of lines. */
const X_LABELS: Readonly<Record<string, string>> = {
  distribution: "share of the calls that were faster",
  clients: "connections with a call going",
};

/** All plots for which something was measured. */
export function plots(
  report: Report,
  systems: readonly SystemKind[],
  scenarios: readonly Scenario[],
): Plot[] {
  const bars = (
    file: string,
    title: string,
    scenario: ScenarioName | null,
    places: typeof OVERVIEW,
  ): Plot[] => {
    const panels = places.flatMap(([name, metric]) => barPanel(report, systems, scenarios, name, metric));
    const heading = { title, subtitle: subtitle(report) };
    return panels.length === 0 ? [] : [{ file, scenario, title, svg: barPlot(heading, panels) }];
  };
  return [
    ...bars("overview.svg", OVERVIEW_TITLE, null, OVERVIEW),
    ...bars("throughput.svg", "64 calls in flight", "in-flight", THROUGHPUT),
    ...scenarios.flatMap((scenario) =>
      groupsOf(scenario).flatMap((group) => sweepPlot(report, systems, scenario, group)),
    ),
  ];
}

function subtitle({ machine, runs, busy }: Report): string {
  return (
    `${machine.cpu}, ${machine.cores} cores, ${machine.kernel}, Node ${machine.node}; medians of ${runs} ` +
    `${runs === 1 ? "run" : "runs"}; logarithmic scales, unless from 0${busy ? "; MACHINE WAS BUSY" : ""}`
  );
}

function barPanel(
  report: Report,
  systems: readonly SystemKind[],
  scenarios: readonly Scenario[],
  name: ScenarioName,
  metricName: string,
): BarPanel[] {
  const scenario = scenarios.find((candidate) => candidate.name === name);
  const metric = scenario?.metrics.find((candidate) => candidate.name === metricName);
  if (scenario === undefined || metric === undefined) {
    return [];
  }
  const records = report.records.filter(
    (record) => record.scenario === name && record.metric === metricName && record.median > 0,
  );
  const bars = records.map(({ system, median }) => ({
    label: system,
    value: median,
    kind: kindOf(systems, system),
  }));
  const title = `${metric.name}, ${metric.unit} (${metric.better} is better)`;
  return bars.length === 0 ? [] : [{ heading: scenario.title, title, bars }];
}

/** The lines of a scenario by their groups' names, in order. */
export function groupsOf(scenario: Scenario): string[] {
  return [...new Set(scenario.metrics.flatMap((metric) => metric.sweep?.group ?? []))];
}

function sweepPlot(
  report: Report,
  systems: readonly SystemKind[],
  scenario: Scenario,
  group: string,
): Plot[] {
  const metrics = scenario.metrics.filter((metric) => metric.sweep?.group === group);
  const position = (metric: Metric) => metric.sweep?.at ?? 1;
  const sorted = metrics.toSorted((a, b) => position(a) - position(b));
  const lines = systems.flatMap(({ name, kind }): Line[] => {
    const points = sorted.flatMap((metric) => {
      const record = report.records.find(
        (entry) => entry.system === name && entry.scenario === scenario.name && entry.metric === metric.name,
      );
      return record !== undefined && record.median > 0 ? [{ x: position(metric), y: record.median }] : [];
    });
    return points.length === 0 ? [] : [{ label: name, kind, points }];
  });
  const measured = new Set(lines.flatMap((line) => line.points.map((point) => point.x)));
  const ticks = sorted
    .filter((metric) => measured.has(position(metric)))
    .map((metric) => ({ at: position(metric), label: metric.sweep?.label ?? "" }));
  const [metric] = sorted;
  if (metric === undefined || ticks.length < 2) {
    return [];
  }
  const title = `${scenario.title}${groupsOf(scenario).length > 1 ? `: ${group}` : ""}`;
  const heading: Heading = { title, subtitle: subtitle(report) };
  const axes = { y: `${metric.unit} (${metric.better} is better)`, x: X_LABELS[group] ?? "", ticks };
  const file = group === scenario.name ? `${group}.svg` : `${scenario.name}-${group}.svg`;
  return [{ file, scenario: scenario.name, title, svg: linePlot(heading, axes, lines) }];
}

function kindOf(systems: readonly SystemKind[], name: string): Kind {
  return systems.find((system) => system.name === name)?.kind ?? "peer";
}
