// Opens connections to a server of its own, makes a call on each, and sends what one of them keeps of JavaScript's memory, both
// ends together, in octets. Needs --expose-gc.
import { setTimeout as delay } from "node:timers/promises";
import { RpcServer } from "@ncalrpc/runtime";
import { Probe, type ProbeClient } from "../gen/probe.js";
import { registerProbes } from "../probe-handlers.js";

const CONNECTIONS = 400;
/** For what is paid once. */
const WARM_CONNECTIONS = 50;

const clients: ProbeClient[] = [];

async function open(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const client = await Probe.connect("ncalrpc:[idle]");
    await client.add(1, 2);
    clients.push(client);
  }
}

async function octetsInUse(): Promise<number> {
  // What has been let go of in the first round is collected in the second.
  for (let round = 0; round < 2; round++) {
    await delay(20);
    globalThis.gc?.();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const limits = { maxConnections: 1_000, maxConnectionsPerUser: 1_000 };
const server = new RpcServer({ endpoint: "idle", port: { limits } });
registerProbes(server);
await server.listen();
await open(WARM_CONNECTIONS);
const before = await octetsInUse();
await open(CONNECTIONS);
process.send?.(((await octetsInUse()) - before) / CONNECTIONS);
process.disconnect();
for (const client of clients) {
  await client.close();
}
await server.close();
