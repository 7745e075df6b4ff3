import { median } from "../harness/statistics.js";
import type { PairScenario, ScenarioName } from "../scenario.js";
import { samplePayload } from "./sample-payload.js";

const KIB = 1_024;
const MIB = 1_024 * KIB;

function payload(name: ScenarioName, title: string, size: number): PairScenario {
  return {
    kind: "pair",
    name,
    title: `${title} upload, one call after the other`,
    metrics: [
      { name: "throughput", unit: "MiB/s", better: "higher" },
      { name: "time", unit: "ms", better: "lower" },
    ],
    note: "Octets as a parameter of the call, answered with their length once the handler has them whole.",
    fresh: false,
    async measure({ channel, settings }) {
      const octets = samplePayload(size);
      const upload = async (): Promise<number> => {
        const before = performance.now();
        const length = await channel.upload(octets);
        const elapsed = performance.now() - before;
        if (length !== size) {
          throw new Error(`the server received ${length} of ${size} octets`);
        }
        return elapsed;
      };
      const warm = performance.now() + settings.payloadDuration / 2;
      do {
        await upload();
      } while (performance.now() < warm);
      const times: number[] = [];
      const end = performance.now() + settings.payloadDuration;
      while (times.length < settings.payloadCalls || performance.now() < end) {
        times.push(await upload());
      }
      const time = median(times);
      return { throughput: size / MIB / (time / 1_000), time };
    },
  };
}

export const payloads: readonly PairScenario[] = [
  payload("payload-1KiB", "1 KiB", KIB),
  payload("payload-64KiB", "64 KiB", 64 * KIB),
  payload("payload-1MiB", "1 MiB", MIB),
  payload("payload-64MiB", "64 MiB", 64 * MIB),
];
