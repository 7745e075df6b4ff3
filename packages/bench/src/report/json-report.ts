import { SCENARIOS } from "../scenarios/index.js";
import type { Report } from "./results.js";
import { checkTargets } from "./targets.js";

const DIGITS = 5;

/**
 * The raw figures as JSON: `values[scenario][system][metric]` are those of each run, null where it failed; `metrics` tells
 * their units. Medians and ratios can be made from them.
 */
export function jsonReport(report: Report): string {
  const { records, ...rest } = report;
  const values: Record<string, Record<string, Record<string, (number | null)[]>>> = {};
  for (const { scenario, system, metric, runs } of records) {
    values[scenario] ??= {};
    values[scenario][system] ??= {};
    values[scenario][system][metric] = runs.map((value) => (value === null ? null : round(value)));
  }
  const metrics = Object.fromEntries(
    SCENARIOS.filter(({ name }) => values[name] !== undefined).map((scenario) => [
      scenario.name,
      Object.fromEntries(
        scenario.metrics.map(({ name, unit, better }) => [name, `${unit}, ${better} is better`]),
      ),
    ]),
  );
  const head = JSON.stringify({ ...rest, targets: checkTargets(report), metrics }, null, 1);
  return `${head.slice(0, -2)},\n "values": {\n${formatValues(values)}\n }\n}\n`;
}

/** One system a line. */
function formatValues(values: Record<string, Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([scenario, systems]) => {
      const lines = Object.entries(systems).map(
        ([system, metrics]) => `   ${JSON.stringify(system)}: ${JSON.stringify(metrics)}`,
      );
      return `  ${JSON.stringify(scenario)}: {\n${lines.join(",\n")}\n  }`;
    })
    .join(",\n");
}

function round(value: number): number {
  return Number(value.toPrecision(DIGITS));
}
