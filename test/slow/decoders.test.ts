import { expect, test } from "vitest";
import { fuzzDecoders, MEMORY, SLOWEST } from "../soak/fuzz-decoders.js";

const inputs = Number(process.env["NCALRPC_FUZZ"] ?? 500_000);
const seed = Number(process.env["NCALRPC_SEED"] ?? 20_261_123);

test(`${inputs} inputs, guided by coverage, through every generated decoder in both transfer syntaxes`, {
  timeout: 600_000 + inputs,
}, async () => {
  let printed = performance.now();
  const result = await fuzzDecoders({
    inputs,
    seed,
    onProgress: (done) => {
      if (performance.now() - printed < 10_000) return;
      printed = performance.now();
      console.log(`${done} of ${inputs} inputs`);
    },
  });
  console.log(`seed ${seed}`, result);
  expect(result.failures).toEqual([]);
  expect(result.decoders).toBeGreaterThan(300);
  expect(result.slowest).toBeLessThan(SLOWEST);
  expect(result.measured).toBeGreaterThan(inputs / 100);
  expect(result.mostHeld).toBeLessThanOrEqual(MEMORY);
  expect(result.accepted).toBeGreaterThan(inputs / 20);
  expect(result.accepted).toBeLessThan(inputs);
});
