import type { PairScenario } from "../scenario.js";
import { ownStatus } from "../system.js";
import { samplePayload } from "./sample-payload.js";

const SIZE = 64;
const DEPTH = 64;

/** A constant number of outstanding calls on one connection. */
export const inFlight: PairScenario = {
  kind: "pair",
  name: "in-flight",
  title: "64 B echo, 64 calls in flight on one connection",
  metrics: [
    { name: "rate", unit: "calls/s", better: "higher" },
    { name: "CPU per call", unit: "µs", better: "lower" },
  ],
  note: "CPU per call is user and system time of client and server together.",
  fresh: false,
  async measure({ channel, settings, serverStatus }) {
    const payload = samplePayload(SIZE);
    const callUntil = async (end: number): Promise<number> => {
      let calls = 0;
      const keepCalling = async () => {
        while (performance.now() < end) {
          await channel.echo(payload);
          calls++;
        }
      };
      await Promise.all(Array.from({ length: DEPTH }, keepCalling));
      return calls;
    };

    await callUntil(performance.now() + settings.warmup);
    const serverBefore = await serverStatus(false);
    const clientBefore = ownStatus(false);
    const start = performance.now();
    const calls = await callUntil(start + settings.duration);
    const seconds = (performance.now() - start) / 1_000;
    const clientAfter = ownStatus(false);
    const serverAfter = await serverStatus(false);
    const cpu = clientAfter.cpu - clientBefore.cpu + serverAfter.cpu - serverBefore.cpu;
    return { rate: calls / seconds, "CPU per call": cpu / calls };
  },
};
