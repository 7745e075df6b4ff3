import { median } from "../harness/statistics.js";
import type { LaunchScenario } from "../scenario.js";

/** A client process from its start to its first reply; the server is up and has served before. */
export const coldStart: LaunchScenario = {
  kind: "launch",
  name: "cold-start",
  title: "Cold start: a client process from spawn to first reply",
  metrics: [{ name: "time", unit: "ms", better: "lower" }],
  note: "Includes Node's own start and the loading of the client's modules.",
  summarize: (launches) => ({ time: median(launches) }),
};
