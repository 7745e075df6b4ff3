import { blockCounters } from "../../packages/codegen/test/count-blocks.js";

/** Bit of how often a block ran: 1, 2, 3, 4 to 7, 8 to 15, 16 to 31, 32 to 127, more; nothing new within one of these. */
const bits = Uint8Array.from({ length: 256 }, (_, n) =>
  n === 0 ? 0 : n < 4 ? 1 << (n - 1) : n < 8 ? 8 : n < 16 ? 16 : n < 32 ? 32 : n < 128 ? 64 : 128,
);

/** A range of block counters, `end` exclusive; both multiples of 4. */
export interface Blocks {
  readonly first: number;
  readonly end: number;
}

/** What the inputs of one decoder have reached: in ranges of blocks, how often each ran. */
export class Coverage {
  readonly #ranges: readonly { readonly counters: Uint8Array; readonly words: Uint32Array }[];
  readonly #seen: readonly Uint8Array[];

  constructor(ranges: readonly Blocks[]) {
    const counters = blockCounters();
    this.#ranges = ranges.map(({ first, end }) => ({
      counters: counters.subarray(first, end),
      words: new Uint32Array(counters.buffer, counters.byteOffset + first, (end - first) / 4),
    }));
    this.#seen = ranges.map(({ first, end }) => new Uint8Array(end - first));
  }

  /** Before an input. */
  start(): void {
    for (const { words } of this.#ranges) words.fill(0);
  }

  /** After an input: whether it did what none did before. */
  isNew(): boolean {
    let found = false;
    for (let range = 0; range < this.#ranges.length; range++) {
      const { counters, words } = this.#ranges[range] ?? nothing;
      const seen = this.#seen[range] ?? counters;
      for (let word = 0; word < words.length; word++) {
        if (words[word] === 0) continue;
        for (let i = 4 * word; i < 4 * word + 4; i++) {
          const bit = bits[counters[i] ?? 0] ?? 0;
          const known = seen[i] ?? 0;
          if ((known | bit) !== known) {
            seen[i] = known | bit;
            found = true;
          }
        }
      }
    }
    return found;
  }

  /** Blocks that ran at least once. */
  get reached(): number {
    return this.#seen.reduce((sum, seen) => sum + seen.reduce((n, bit) => n + (bit === 0 ? 0 : 1), 0), 0);
  }
}

const nothing = { counters: new Uint8Array(0), words: new Uint32Array(0) };
