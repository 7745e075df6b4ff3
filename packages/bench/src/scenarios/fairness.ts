import type { Scenario } from "../scenario.js";

const INTERVAL = 1;
const DEPTH = 64;
/** Until the flood is there. */
const LEAD = 150;

/** What a client that has little to do notices of others that have much. */
export const fairness: Scenario = {
  name: "fairness",
  title: "A quiet client beside two that flood the server",
  note:
    `The quiet client sleeps ${INTERVAL} ms between its 64 B calls; first it is alone, then two other processes keep ${DEPTH} ` +
    `calls each going. On fewer than four processors they also compete for those.`,
  metrics: [
    { name: "p50 alone", unit: "µs", better: "lower" },
    { name: "p99 alone", unit: "µs", better: "lower" },
    { name: "p50 beside", unit: "µs", better: "lower" },
    { name: "p99 beside", unit: "µs", better: "lower", compared: true },
    { name: "p99 beside / alone", unit: "×", better: "lower" },
  ],
  clients: 3,
  fresh: true,
  systems: ["ncalrpc", "raw-net", "grpc-js", "zeromq", "seqpacket-poll"],
  quickSystems: ["ncalrpc", "raw-net"],
  expected: (settings) => 2 * settings.duration + LEAD + 800,
  async measure(stage, settings) {
    const [quiet, ...flooders] = stage.clients;
    if (quiet === undefined) {
      throw new Error("no clients");
    }
    const { duration } = settings;
    await quiet.perform({ kind: "paced", interval: INTERVAL, duration: settings.warmup });
    const alone = await quiet.perform({ kind: "paced", interval: INTERVAL, duration });
    const start = performance.timeOrigin + performance.now();
    const until = start + LEAD + duration + LEAD;
    const flood = Promise.all(
      flooders.map((client) =>
        client.perform({ kind: "load", connections: 1, depth: DEPTH, from: start, until }),
      ),
    );
    await new Promise((resolve) => setTimeout(resolve, LEAD));
    const beside = await quiet.perform({ kind: "paced", interval: INTERVAL, duration });
    await flood;
    const { p50 = Number.NaN, p99 = Number.NaN } = alone;
    const { p50: p50Beside = Number.NaN, p99: p99Beside = Number.NaN } = beside;
    return {
      "p50 alone": p50,
      "p99 alone": p99,
      "p50 beside": p50Beside,
      "p99 beside": p99Beside,
      "p99 beside / alone": p99Beside / p99,
    };
  },
};
