import type { Random } from "../../packages/idl/test/random.js";

const interesting = [
  0, 1, 2, 3, 4, 7, 8, 0x7f, 0xff, 0xffff, 0x0002_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
];

/** A copy with one to four changes: octets, bits, words, cuts, insertions, pieces of another input. */
export function mutate(original: Buffer, others: readonly Buffer[], random: Random): Buffer {
  let octets = Buffer.from(original);
  for (let changes = 1 + random.below(4); changes > 0; changes--) {
    const at = random.below(octets.length + 1);
    switch (random.below(6)) {
      case 0:
        octets.fill(random.below(256), at, Math.min(at + 1, octets.length));
        break;
      case 1:
        if (at < octets.length) octets[at] = (octets[at] ?? 0) ^ (1 << random.below(8));
        break;
      case 2:
        if (octets.length >= 4) {
          octets.writeUInt32LE(random.pick(interesting), 4 * random.below(octets.length >> 2));
        }
        break;
      case 3:
        octets = octets.subarray(0, at);
        break;
      case 4:
        octets = Buffer.concat([octets, Buffer.alloc(random.below(64), random.below(256))]);
        break;
      default: {
        const other = random.pick(others);
        octets = Buffer.concat([octets.subarray(0, at), other.subarray(random.below(other.length + 1))]);
      }
    }
  }
  return octets;
}
