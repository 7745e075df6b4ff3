import { Reader } from "@ncalrpc/ndr";
import { expect, test } from "vitest";
import { Random } from "../../packages/idl/test/random.js";
import { leastTime } from "../../packages/ndr/test/least-time.js";
import { isTyped, probeDecoders } from "../probe-codecs.js";
import { mutate } from "./mutate.js";

const inputs = Number(process.env["NCALRPC_FUZZ"]);
const firstSeed = Number(process.env["NCALRPC_SEED"] ?? 1);
/** Milliseconds for one input, and megabytes that all of them together may add. */
const SLOWEST = 50;
const MAX_GROWTH = 256;

test(`${inputs} mutated requests and responses are decoded or refused with typed errors`, {
  timeout: 600_000,
}, async () => {
  const reader = new Reader();
  const decoders = await probeDecoders(() => new Reader());
  const samples = decoders.flatMap((decoder) => decoder.samples);
  expect(decoders).toHaveLength(26);
  const before = process.memoryUsage();
  let accepted = 0;

  /** Milliseconds. Throws what is not a typed error. */
  const decode = (index: number, input: Buffer): number => {
    const start = performance.now();
    try {
      reader.attach(input, 0, input.length);
      decoders[index % decoders.length]?.decode(reader);
      accepted++;
    } catch (error) {
      if (!isTyped(error)) throw error;
    }
    return performance.now() - start;
  };

  for (let index = 0; index < inputs; index++) {
    const random = new Random(firstSeed + index);
    const decoder = decoders[index % decoders.length];
    const input = mutate(random.pick(decoder?.samples ?? []), samples, random);
    try {
      const took = decode(index, input);
      if (took >= SLOWEST) expect(leastTime(took, SLOWEST, () => decode(index, input))).toBeLessThan(SLOWEST);
    } catch (error) {
      throw new Error(`seed ${firstSeed + index}, ${decoder?.name}, input ${input.toString("hex")}`, {
        cause: error,
      });
    }
    if (index % 100_000 === 0) {
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      expect((heapUsed + arrayBuffers - before.heapUsed - before.arrayBuffers) / 1024 ** 2).toBeLessThan(
        MAX_GROWTH,
      );
    }
  }
  expect(accepted).toBeGreaterThan(inputs / 50);
  expect(accepted).toBeLessThan(inputs);
});
