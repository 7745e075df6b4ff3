import { expect, test } from "vitest";
import { decodeCanonically } from "./canonical.js";
import { leastTime } from "./least-time.js";
import { random } from "./random.js";
import { vectors } from "./vectors.js";

const { NCALRPC_FUZZ, NCALRPC_SEED } = process.env;
const inputs = Number(NCALRPC_FUZZ ?? 20_000);
const seed = Number(NCALRPC_SEED ?? 0x6c3ab5f2);

/** No input may take longer, in milliseconds. */
const slowest = 50;

const interesting = [
  0, 1, 2, 3, 4, 7, 8, 0x7f, 0xff, 0x7fff, 0xffff, 0x0001_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
];

/** One to four changes: octets, words, cuts, insertions, and pieces of other vectors. */
function mutate(original: Buffer, next: (below: number) => number): Buffer {
  let octets = Buffer.from(original);
  for (let changes = 1 + next(4); changes > 0; changes--) {
    const at = next(octets.length + 1);
    const choice = next(7);
    if (choice === 0 && at < octets.length) octets[at] = next(256);
    else if (choice === 1 && at < octets.length) octets[at] = (octets[at] ?? 0) ^ (1 << next(8));
    else if (choice === 2 && octets.length >= 4) {
      octets.writeUInt32LE(interesting[next(interesting.length)] ?? 0, 4 * next(octets.length >> 2));
    } else if (choice === 3) octets = octets.subarray(0, at);
    else if (choice === 4) octets = Buffer.concat([octets, Buffer.alloc(next(64), next(256))]);
    else if (choice === 5) {
      const other = vectors[next(vectors.length)]?.octets ?? octets;
      octets = Buffer.concat([octets.subarray(0, at), other.subarray(next(other.length))]);
    } else if (octets.length >= 4) {
      const word = 4 * next(octets.length >> 2);
      octets.writeUInt32LE((octets.readUInt32LE(word) + next(9) - 4) >>> 0, word);
    }
  }
  return octets;
}

test(`${inputs} mutated inputs are refused with an NdrError or encode to the same octets`, {
  timeout: 600_000,
}, () => {
  const next = random(seed);
  let accepted = 0;
  for (let index = 0; index < inputs; index++) {
    const vector = vectors[index % vectors.length];
    if (vector === undefined) throw new Error("no vectors");
    const input = mutate(vector.octets, next);
    const where = `seed ${seed}, index ${index}, vector ${vector.id}, input ${input.toString("hex")}`;
    const start = performance.now();
    try {
      if (decodeCanonically(vector, input) === null) accepted++;
    } catch (error) {
      throw new Error(where, { cause: error });
    }
    const took = performance.now() - start;
    if (took < slowest) continue;
    const least = leastTime(took, slowest, () => decodeCanonically(vector, input));
    expect(least, where).toBeLessThan(slowest);
  }
  expect(accepted).toBeGreaterThan(inputs / 20);
  expect(accepted).toBeLessThan(inputs);
});
