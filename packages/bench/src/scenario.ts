import type { Channel, ServerStatus, System } from "./system.js";

export type ScenarioName =
  | "unary"
  | "in-flight"
  | "payload-1KiB"
  | "payload-64KiB"
  | "payload-1MiB"
  | "payload-64MiB"
  | "cold-start"
  | "idle-memory";

export interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly better: "lower" | "higher";
}

/** What one run of a scenario gave, by the metric's name. */
export type Values = Readonly<Record<string, number>>;

interface ScenarioDescription {
  readonly name: ScenarioName;
  readonly title: string;
  readonly metrics: readonly Metric[];
  /** What a reader must know to read the figures rightly. */
  readonly note: string;
}

/** Measured inside a client process that is connected to a server process. */
export interface PairScenario extends ScenarioDescription {
  readonly kind: "pair";
  /** The server must not have served anything before. */
  readonly fresh: boolean;
  measure(context: ClientContext): Promise<Values>;
}

/** Measured from outside, as the time that client processes need to their first reply. */
export interface LaunchScenario extends ScenarioDescription {
  readonly kind: "launch";
  /** From the milliseconds of each launch. */
  summarize(launches: readonly number[]): Values;
}

export type Scenario = PairScenario | LaunchScenario;

export interface ClientContext {
  readonly channel: Channel;
  readonly settings: Settings;
  /** Another connection to the same server. */
  connect(): ReturnType<System["connect"]>;
  serverStatus(collect: boolean): Promise<ServerStatus>;
}

/** How much is done in one run of one scenario. Times are milliseconds. */
export interface Settings {
  readonly warmup: number;
  readonly duration: number;
  /** Per payload size. */
  readonly payloadDuration: number;
  /** Calls per payload size at least, whatever they take. */
  readonly payloadCalls: number;
  readonly launches: number;
  readonly connections: number;
  /** For a start, a connect, or one scenario of one run; beyond it the system is said to have failed. */
  readonly timeout: number;
}
