import { setTimeout as sleep } from "node:timers/promises";
import { kernelMemory } from "../harness/kernel-memory.js";
import type { Scenario } from "../scenario.js";

/** Connections opened before the first look, so that what is paid once is not counted. */
const WARM_CONNECTIONS = 20;
/** After the last connection, for what an end does when it has had nothing to do for a while. */
const SETTLE = 500;
const KIB = 1_024;

/** What connections cost that have made a single call and do nothing now. */
export const idle: Scenario = {
  name: "idle",
  title: "1,000 idle connections",
  note:
    "One client process holds the connections to one server process; each has made one call. CPU is of both sides together, " +
    "memory is growth per connection after garbage collection: of each side what is neither file nor shared (Anonymous in " +
    "/proc/PID/smaps_rollup) without V8's young generation, a pool that grows with the rate of allocations and not with what is " +
    "kept, and of the kernel its slabs, page tables and shared memory (/proc/meminfo, so other programs are in it).",
  metrics: [
    { name: "CPU", unit: "% of a core", better: "lower" },
    { name: "memory", unit: "KiB", better: "lower", compared: true },
    { name: "client", unit: "KiB", better: "lower" },
    { name: "server", unit: "KiB", better: "lower" },
    { name: "kernel", unit: "KiB", better: "lower" },
  ],
  clients: 1,
  fresh: true,
  systems: ["ncalrpc", "raw-net", "grpc-js", "connect-node", "zeromq", "seqpacket-poll"],
  quickSystems: ["ncalrpc", "raw-net"],
  expected: (settings) => settings.idleTime + settings.idleConnections * 0.4 + SETTLE,
  async measure(stage, settings) {
    const look = async (collect: boolean) => {
      const [client, server] = await Promise.all([
        stage.client.status({ collect }),
        stage.serverStatus({ collect }),
      ]);
      return { client, server, kernel: kernelMemory() };
    };
    await stage.client.perform({ kind: "open", connections: WARM_CONNECTIONS });
    const before = await look(true);
    await stage.client.perform({ kind: "open", connections: WARM_CONNECTIONS + settings.idleConnections });
    await sleep(SETTLE);
    const after = await look(true);
    await sleep(settings.idleTime / 5);
    const start = await look(false);
    await sleep(settings.idleTime);
    const end = await look(false);

    const perConnection = (octets: number) => octets / settings.idleConnections / KIB;
    const client = perConnection(after.client.anonymous - before.client.anonymous);
    const server = perConnection(after.server.anonymous - before.server.anonymous);
    const kernel = perConnection(after.kernel - before.kernel);
    const cpu = end.client.cpu - start.client.cpu + end.server.cpu - start.server.cpu;
    return {
      CPU: (cpu / (settings.idleTime * 1_000)) * 100,
      memory: client + server + kernel,
      client,
      server,
      kernel,
    };
  },
};
