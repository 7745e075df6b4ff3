import { median } from "../harness/statistics.js";
import type { Scenario } from "../scenario.js";

/** From the start of a process to the first thing that it does for somebody. */
export const startUp: Scenario = {
  name: "start-up",
  title: "Start-up",
  note:
    "Client: from the spawn of a process to its first reply, with a server that has served before. Server: from the spawn to " +
    "listening. Both include Node's own start and the loading of modules.",
  metrics: [
    { name: "client", unit: "ms", better: "lower", compared: true },
    { name: "server", unit: "ms", better: "lower" },
  ],
  clients: 0,
  fresh: true,
  quickSystems: ["ncalrpc", "raw-net"],
  expected: (settings) => (settings.launches + 2) * 250,
  async measure(stage, settings) {
    const launches: number[] = [];
    // The first one also warms the server and the file cache.
    for (let i = 0; i <= settings.launches; i++) {
      using client = await stage.launchClient();
      launches.push(client.launchTime);
    }
    return { client: median(launches.slice(1)), server: stage.serverLaunchTime };
  },
};
