import type { Scenario } from "../scenario.js";
import { coldStart } from "./cold-start.js";
import { idleMemory } from "./idle-memory.js";
import { inFlight } from "./in-flight.js";
import { payloads } from "./payload.js";
import { unary } from "./unary.js";

/** In the order in which they are run and reported. */
export const SCENARIOS: readonly Scenario[] = [unary, inFlight, ...payloads, coldStart, idleMemory];
