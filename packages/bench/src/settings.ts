import type { Settings } from "./scenario.js";

export const FULL: Settings = {
  warmup: 500,
  duration: 1_500,
  payloadDuration: 700,
  payloadCalls: 5,
  launches: 5,
  connections: 400,
  timeout: 60_000,
};

export const QUICK: Settings = {
  warmup: 80,
  duration: 150,
  payloadDuration: 60,
  payloadCalls: 1,
  launches: 1,
  connections: 200,
  timeout: 8_000,
};

/** Runs unless `--runs` says otherwise. */
export const FULL_RUNS = 5;
export const QUICK_RUNS = 3;

/** `--quick` starts no run that would probably end after this many milliseconds. */
export const QUICK_BUDGET = 50_000;
