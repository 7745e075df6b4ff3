import type { Stage } from "./harness/stage.js";

export type ScenarioName =
  | "unary"
  | "in-flight"
  | "payload"
  | "clients"
  | "workers"
  | "fairness"
  | "contention"
  | "idle"
  | "start-up";

export interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly better: "lower" | "higher";
  /** Its table has a column that compares it with ours. */
  readonly compared?: true;
  /** "sweep": in a table of its group; "plot": only drawn. Absent: a column of the scenario's table. */
  readonly show?: "sweep" | "plot";
  /** Its place on the horizontal axis, where it is one point of a line. */
  readonly sweep?: SweepPoint;
}

export interface SweepPoint {
  /** The line's name; lines of one name are drawn together, and form a table. */
  readonly group: string;
  /** Position, above 0. */
  readonly at: number;
  readonly label: string;
}

/** What one run of a scenario gave, by the metric's name. */
export type Values = Readonly<Record<string, number>>;

export interface Scenario {
  readonly name: ScenarioName;
  readonly title: string;
  /** What a reader must know to read the figures rightly. */
  readonly note: string;
  readonly metrics: readonly Metric[];
  /** Client processes, all connected to one server. */
  readonly clients: number;
  /** Neither the server nor the clients may have made a call before. */
  readonly fresh: boolean;
  /** The only systems that are measured. Absent: all that do not name other scenarios. */
  readonly systems?: readonly string[];
  /** The same for `--quick`. */
  readonly quickSystems?: readonly string[];
  /** Milliseconds that one system takes in one run, about; for the estimate of the time left. */
  expected(settings: Settings): number;
  measure(stage: Stage, settings: Settings): Promise<Values>;
}

/** How much is done in one run of one scenario. Times are milliseconds. */
export interface Settings {
  readonly warmup: number;
  /** Of what is measured over a time. */
  readonly duration: number;
  /** Per payload size and direction. */
  readonly payloadDuration: number;
  /** The same, before anything is measured: there are few calls with large octets, so compilers take long to notice them. */
  readonly payloadWarmup: number;
  /** Calls per payload size and direction at least, whatever they take. */
  readonly payloadCalls: number;
  /** Octets, ascending. */
  readonly payloadSizes: readonly number[];
  /** Connections at the same time, ascending; the first is 1. */
  readonly clientCounts: readonly number[];
  readonly launches: number;
  readonly idleConnections: number;
  readonly idleTime: number;
  /** For a start, a connect, or one task of a client; beyond it the system is said to have failed. */
  readonly timeout: number;
}
