/** Words that bounds, counts, tags and flags turn on. */
const interesting = [
  0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0x2_0000,
  0x100_0000, 0x100_0001, 0x3fff_ffff, 0x4000_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff,
];
/** Octets of an ordinary input at most, and of one that was made large. */
const most = 2048;
const large = 0x1_0000;
/** One input in so many is made large: a count is raised, and as many octets are put behind it. */
const largeOneIn = 400;

/** Makes inputs of others, in memory that it uses again. */
export class Mutator {
  readonly #octets = Buffer.alloc(large + 2 * most);
  #state: number;
  #length = 0;
  #isLarge = false;

  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
  }

  /** The input, valid until the next one is made. */
  get octets(): Buffer {
    return this.#octets;
  }

  get length(): number {
    return this.#length;
  }

  get isLarge(): boolean {
    return this.#isLarge;
  }

  /** An integer from 0 to below a limit: Marsaglia's xorshift with 32 bits. */
  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }

  /** Makes one of `original` with one to six changes, some of which take octets of `other`. */
  make(original: Buffer, other: Buffer): void {
    this.#length = original.copy(this.#octets, 0, 0, most);
    this.#isLarge = false;
    for (let changes = 1 + (this.below(4) === 0 ? this.below(6) : this.below(2)); changes > 0; changes--) {
      this.#change(other);
    }
    if (this.below(largeOneIn) === 0) this.#enlarge();
  }

  #change(other: Buffer): void {
    const octets = this.#octets;
    const length = this.#length;
    const at = this.below(length + 1);
    const word = length < 4 ? -1 : 4 * this.below(length >> 2);
    switch (this.below(13)) {
      case 0:
        if (at < length) octets[at] = this.below(256);
        break;
      case 1:
        if (at < length) octets[at] = (octets[at] ?? 0) ^ (1 << this.below(8));
        break;
      case 2:
        if (word >= 0) this.#put(word, interesting[this.below(interesting.length)] ?? 0);
        break;
      case 3:
        if (word >= 0) this.#put(word, octets.readUInt32LE(word) + this.below(9) - 4);
        break;
      case 4:
        // Counts and lengths have to agree with each other: make two words the same.
        if (word >= 0) this.#put(4 * this.below(length >> 2), octets.readUInt32LE(word));
        break;
      case 5:
        // Or change all that are the same.
        if (word >= 0) this.#replace(octets.readUInt32LE(word), this.below(8));
        break;
      case 6:
        this.#length = at;
        break;
      case 7:
        this.#insert(at & ~3, 4 << this.below(3));
        break;
      case 8:
        this.#insert(at, 1 + this.below(16));
        break;
      case 9: {
        const size = 4 << this.below(3);
        const from = at & ~3;
        if (from + size <= length) {
          octets.copyWithin(from, from + size, length);
          this.#length = length - size;
        }
        break;
      }
      case 10: {
        const from = this.below(other.length + 1);
        const size = Math.min(other.length - from, most - at, 1 + this.below(64));
        other.copy(octets, at, from, from + size);
        this.#length = Math.max(length, at + size);
        break;
      }
      case 11: {
        const from = this.below(other.length + 1);
        this.#length = Math.min(
          most,
          at + other.copy(octets, at, from, Math.min(other.length, from + most - at)),
        );
        break;
      }
      default: {
        // A string of one octet or one unit, or an empty one, in either syntax.
        const size = this.below(2) === 0 ? 4 : 8;
        const from = at & ~(size - 1);
        if (from + 4 * size > most) break;
        octets.fill(0, from, from + 4 * size);
        const units = 1 + this.below(2);
        octets.writeUInt32LE(units, from);
        octets.writeUInt32LE(units, from + 2 * size);
        if (units > 1) octets[from + 3 * size] = 0x41;
        this.#length = Math.max(length, from + 4 * size);
      }
    }
  }

  /** Raises a word, and all that are the same, and puts octets to match at its end or behind it. */
  #enlarge(): void {
    const length = this.#length & ~3;
    if (length < 4) return;
    const word = 4 * this.below(length >> 2);
    const count = large >> this.below(6);
    this.#replace(this.#octets.readUInt32LE(word), count);
    const from = this.below(2) === 0 ? length : Math.min(length, word + 4 + 4 * this.below(4));
    const added = Math.min(large, this.#octets.length - length);
    this.#octets.copyWithin(from + added, from, length);
    this.#octets.fill(this.below(2) === 0 ? 0 : this.below(256), from, from + added);
    this.#length = length + added;
    this.#isLarge = true;
  }

  #put(at: number, value: number): void {
    this.#octets.writeUInt32LE(value >>> 0, at);
  }

  #replace(value: number, by: number): void {
    for (let at = 0; at + 4 <= this.#length; at += 4) {
      if (this.#octets.readUInt32LE(at) === value && this.below(4) !== 0) this.#put(at, by);
    }
  }

  #insert(at: number, size: number): void {
    if (this.#length + size > most) return;
    this.#octets.copyWithin(at + size, at, this.#length);
    this.#octets.fill(0, at, at + size);
    this.#length += size;
  }
}
