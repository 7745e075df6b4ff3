import type { ClientProcess } from "../harness/stage.js";
import type { Metric, Scenario, Settings, Values } from "../scenario.js";
import { FULL } from "../settings.js";

const PROCESSES = 4;
/** For the task to arrive everywhere, and for every connection to be busy; then everything warms up. */
const LEAD = 150;

export function clientsMetric(count: number): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? "client" : "clients"}`;
}

/** Total throughput of more and more busy clients. */
export const clients: Scenario = {
  name: "clients",
  title: "64 B echo, 1 to 1,000 busy clients",
  note:
    `Calls a second of all clients together. Each client is a connection that always has one call going; the connections are ` +
    `spread over ${PROCESSES} processes (a single one is in one of them, while the others sleep).`,
  metrics: FULL.clientCounts.map(
    (count): Metric => ({
      name: clientsMetric(count),
      unit: "calls/s",
      better: "higher",
      show: "sweep",
      sweep: { group: "clients", at: count, label: clientsMetric(count) },
    }),
  ),
  clients: PROCESSES,
  fresh: true,
  systems: ["ncalrpc", "ncalrpc-socket", "raw-net", "vscode-jsonrpc", "grpc-js", "zeromq", "seqpacket-poll"],
  quickSystems: ["ncalrpc", "raw-net"],
  expected: (settings) => settings.clientCounts.length * (settings.duration / 2 + leadOf(settings)) + 1_200,
  async measure(stage, settings) {
    const values: Record<string, number> = {};
    for (const count of settings.clientCounts) {
      const shares = stage.clients.map((client, index) => ({
        client,
        connections: Math.floor((count + PROCESSES - 1 - index) / PROCESSES),
      }));
      values[clientsMetric(count)] = await totalRate(
        shares.filter(({ connections }) => connections > 0),
        leadOf(settings),
        settings.duration / 2,
      );
    }
    return values;
  },
};

function leadOf({ warmup }: Settings): number {
  return LEAD + warmup / 2;
}

async function totalRate(
  shares: readonly { readonly client: ClientProcess; readonly connections: number }[],
  lead: number,
  duration: number,
): Promise<number> {
  await Promise.all(shares.map(({ client, connections }) => client.perform({ kind: "open", connections })));
  const from = performance.timeOrigin + performance.now() + lead;
  const until = from + duration;
  const results = await Promise.all(
    shares.map(({ client, connections }) =>
      client.perform({ kind: "load", connections, depth: 1, from, until }),
    ),
  );
  const calls = results.reduce((sum: number, result: Values) => sum + (result.calls ?? 0), 0);
  return calls / (duration / 1_000);
}
