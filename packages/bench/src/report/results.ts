import type { Load, Machine } from "../harness/machine.js";
import { median } from "../harness/statistics.js";
import type { Metric, Scenario, ScenarioName, Settings, Values } from "../scenario.js";

/** The system that the others are compared with. */
export const REFERENCE = "ncalrpc";

/** One line of the results: a metric of a scenario for a system. */
export interface MetricRecord {
  readonly system: string;
  readonly scenario: ScenarioName;
  readonly metric: string;
  readonly unit: string;
  readonly better: Metric["better"];
  readonly median: number;
  /** In the order of the runs; null where that run failed. */
  readonly runs: readonly (number | null)[];
  /**
   * How many times better the reference is: the median of the ratios within each run, above 1 if the reference is
   * faster or smaller. Null if it was not measured.
   */
  readonly ratio: number | null;
}

export interface Unavailable {
  readonly system: string;
  readonly scenario: ScenarioName;
  readonly reason: string;
}

export interface Failure {
  readonly system: string;
  readonly scenario: ScenarioName;
  /** From 1. */
  readonly run: number;
  readonly error: string;
}

/** What `--json` writes. */
export interface Report {
  readonly format: 1;
  /** ISO 8601. */
  readonly started: string;
  readonly seconds: number;
  readonly quick: boolean;
  readonly settings: Settings;
  readonly runs: number;
  readonly machine: Machine;
  /** Before the first run and after every run. */
  readonly loads: readonly Load[];
  readonly busy: boolean;
  readonly records: readonly MetricRecord[];
  readonly unavailable: readonly Unavailable[];
  readonly failures: readonly Failure[];
}

/** The values of all runs so far, by system and scenario. */
export class Results {
  readonly #values = new Map<string, (Values | null)[]>();

  /** `values` is null where the run failed. Runs are added in order. */
  add(system: string, scenario: ScenarioName, values: Values | null): void {
    const key = `${system} ${scenario}`;
    const runs = this.#values.get(key) ?? [];
    runs.push(values);
    this.#values.set(key, runs);
  }

  records(systems: readonly string[], scenarios: readonly Scenario[]): MetricRecord[] {
    return scenarios.flatMap((scenario) =>
      scenario.metrics.flatMap((metric) =>
        systems.flatMap((system) => {
          const runs = this.#runs(system, scenario.name, metric.name);
          const measured = runs.filter((value) => value !== null);
          if (measured.length === 0) {
            return [];
          }
          return {
            system,
            scenario: scenario.name,
            metric: metric.name,
            unit: metric.unit,
            better: metric.better,
            median: median(measured),
            runs,
            ratio: ratioTo(runs, this.#runs(REFERENCE, scenario.name, metric.name), metric.better),
          };
        }),
      ),
    );
  }

  #runs(system: string, scenario: ScenarioName, metric: string): (number | null)[] {
    const runs = this.#values.get(`${system} ${scenario}`) ?? [];
    return runs.map((values) => values?.[metric] ?? null);
  }
}

function ratioTo(
  runs: readonly (number | null)[],
  reference: readonly (number | null)[],
  better: Metric["better"],
): number | null {
  const ratios = runs.flatMap((value, run) => {
    const compared = reference[run] ?? null;
    if (value === null || compared === null || value <= 0 || compared <= 0) {
      return [];
    }
    return better === "lower" ? value / compared : compared / value;
  });
  return ratios.length === 0 ? null : median(ratios);
}
