import type { Scenario } from "../scenario.js";
import { clients } from "./clients.js";
import { contention } from "./contention.js";
import { fairness } from "./fairness.js";
import { idle } from "./idle.js";
import { inFlight } from "./in-flight.js";
import { payload } from "./payload.js";
import { startUp } from "./start-up.js";
import { unary } from "./unary.js";
import { workers } from "./workers.js";

/** In the order in which they are run and reported. */
export const SCENARIOS: readonly Scenario[] = [
  unary,
  inFlight,
  payload,
  clients,
  workers,
  fairness,
  contention,
  idle,
  startUp,
];
