import type { Settings } from "./scenario.js";

const KIB = 1_024;
const MIB = 1_024 * KIB;

export const FULL: Settings = {
  warmup: 1_000,
  duration: 800,
  payloadWarmup: 250,
  payloadDuration: 100,
  payloadCalls: 2,
  payloadSizes: [64, KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB, 8 * MIB, 64 * MIB],
  clientCounts: [1, 10, 100, 1_000],
  launches: 3,
  idleConnections: 1_000,
  idleTime: 1_000,
  timeout: 60_000,
};

export const QUICK: Settings = {
  warmup: 50,
  // With a tenth of a second some clients of a busy machine have not had a single answer.
  duration: 300,
  payloadWarmup: 5,
  payloadDuration: 5,
  payloadCalls: 1,
  payloadSizes: [64, 64 * KIB, MIB],
  clientCounts: [1, 10],
  launches: 1,
  idleConnections: 50,
  idleTime: 200,
  timeout: 10_000,
};

/** Runs unless `--runs` says otherwise. */
export const FULL_RUNS = 5;
export const QUICK_RUNS = 1;
