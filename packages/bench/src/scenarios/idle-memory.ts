import type { PairScenario } from "../scenario.js";
import type { Channel } from "../system.js";
import { samplePayload } from "./sample-payload.js";

/** Connections opened before the first look, so that what is paid once is not counted. */
const WARM_CONNECTIONS = 20;
const KIB = 1_024;

/** What one more connection that has made a single call costs the server. */
export const idleMemory: PairScenario = {
  kind: "pair",
  name: "idle-memory",
  title: "Memory per idle connection, server side",
  metrics: [{ name: "resident set", unit: "KiB", better: "lower" }],
  note:
    "Growth of the server's resident set after garbage collection, divided by the connections. The client's side " +
    "is not counted, and the kernel's socket memory is not visible here. Pages are counted whole, so small values are coarse.",
  fresh: true,
  async measure({ connect, settings, serverStatus }) {
    const payload = samplePayload(64);
    const channels: Channel[] = [];
    const open = async (count: number) => {
      for (let i = 0; i < count; i++) {
        const channel = await connect();
        channels.push(channel);
        await channel.echo(payload);
      }
    };
    try {
      await open(WARM_CONNECTIONS);
      const before = await serverStatus(true);
      await open(settings.connections);
      const after = await serverStatus(true);
      return { "resident set": (after.residentSet - before.residentSet) / settings.connections / KIB };
    } finally {
      await Promise.all(channels.map((channel) => channel.close()));
    }
  },
};
