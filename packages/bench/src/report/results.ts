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
  /** In the order of the runs; null where that run failed or gave no such value. */
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

/** All that the tables, plots and the JSON file are made from. */
export interface Report {
  readonly format: 2;
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
  readonly #values = new Map<string, Values[]>();
  #runs = 0;

  /** `run` counts from 1. A run that failed has no values. */
  add(run: number, system: string, scenario: ScenarioName, values: Values): void {
    const key = `${system} ${scenario}`;
    const runs = this.#values.get(key) ?? [];
    runs[run - 1] = values;
    this.#values.set(key, runs);
    this.#runs = Math.max(this.#runs, run);
  }

  records(systems: readonly string[], scenarios: readonly Scenario[]): MetricRecord[] {
    return scenarios.flatMap((scenario) =>
      scenario.metrics.flatMap((metric) =>
        systems.flatMap((system) => {
          const runs = this.#byRun(system, scenario.name, metric.name);
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
            ratio: advantage(runs, this.#byRun(REFERENCE, scenario.name, metric.name), metric.better),
          };
        }),
      ),
    );
  }

  #byRun(system: string, scenario: ScenarioName, metric: string): (number | null)[] {
    const runs = this.#values.get(`${system} ${scenario}`) ?? [];
    return Array.from({ length: this.#runs }, (_, index) => {
      const value = runs[index]?.[metric];
      return value === undefined || !Number.isFinite(value) ? null : value;
    });
  }
}

function advantage(
  runs: MetricRecord["runs"],
  reference: MetricRecord["runs"],
  better: Metric["better"],
): number | null {
  return better === "lower" ? medianRatio(runs, reference) : medianRatio(reference, runs);
}

/** The median of `over` divided by `under` within each run in which both are above 0; null where there is none. */
export function medianRatio(over: MetricRecord["runs"], under: MetricRecord["runs"]): number | null {
  const ratios = over.flatMap((value, run) => {
    const divisor = under[run] ?? null;
    return value === null || divisor === null || value <= 0 || divisor <= 0 ? [] : value / divisor;
  });
  return ratios.length === 0 ? null : median(ratios);
}
