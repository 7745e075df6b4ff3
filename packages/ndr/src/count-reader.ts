import { ArrayReader } from "./array-reader.js";
import { maxCount, maxEmptyRows } from "./limits.js";

/** Octets of memory that a row takes which has no octets of its own: an array, and its place in that of the rows. */
const rowOverhead = 56;

/**
 * The counts and offsets in front of arrays (C706 14.3.3), checked against the octets that are left before memory is taken.
 * `overhead` is what each element that becomes a value of its own takes beyond 8 times `minElementSize`, as `charge` counts it.
 */
export class CountReader extends ArrayReader {
  /**
   * The max count of a conformant array of elements that take at least `minElementSize` octets each. With 0 nothing is checked or
   * charged but the range of the count: the elements of a conformant varying array are counted by its `variance`.
   */
  count(minElementSize: number, overhead = 0): number {
    const at = this.takeCounts(1);
    const count = this.countAt(at, 0);
    if (count > maxCount) this.fail("invalid_bound", `a max count of ${count}`, at);
    if (minElementSize > 0) this.#admit(count, minElementSize, overhead, at);
    return count;
  }

  /** The max counts of an array of `rank` dimensions, which stand together (C706 14.3.3.4), checked and charged as by `count`. */
  counts(rank: number, minElementSize: number, overhead = 0): number[] {
    const counts = Array.from({ length: rank }, () => this.count(0));
    if (minElementSize > 0) this.#admitRows(counts, minElementSize, overhead);
    return counts;
  }

  /** The places of `n` reference pointers in an array: NDR20 has none (C706 14.3.12.3). */
  refElements(_n: number): void {}

  /** Offset, which must be 0, and actual count of a varying array; answers the latter. `max` is its max count or fixed bound. */
  variance(max: number | null, minElementSize: number, overhead = 0): number {
    const at = this.takeCounts(2);
    const first = this.countAt(at, 0);
    const actual = this.countAt(at, 1);
    if (first !== 0) this.#shifted(first, at);
    if (actual > (max ?? maxCount))
      this.fail("invalid_bound", `${actual} elements of at most ${max ?? maxCount}`, at + 4);
    this.#admit(actual, minElementSize, overhead, at + 4);
    return actual;
  }

  /** As `variance`, for an array with first_is: elements `first` to `first + actual - 1` follow. */
  varianceFrom(max: number | null, minElementSize: number, overhead = 0): { first: number; actual: number } {
    const at = this.takeCounts(2);
    const first = this.countAt(at, 0);
    const actual = this.countAt(at, 1);
    if (first + actual > (max ?? maxCount)) {
      this.fail("invalid_bound", `${actual} elements from ${first}, of at most ${max ?? maxCount}`, at);
    }
    this.#admit(actual, minElementSize, overhead, at + 4);
    return { first, actual };
  }

  /**
   * The actual counts of a varying array of several dimensions, whose offsets must be 0: a pair for each dimension, all in front of
   * the elements (C706 14.3.3.5). `maxima` are the max counts or fixed bounds.
   */
  variances(maxima: readonly number[], minElementSize: number, overhead = 0): number[] {
    const at = this.position;
    const pairs = this.variancesFrom(maxima, minElementSize, overhead);
    return maxima.map((_, dimension) => {
      const first = pairs[2 * dimension] ?? 0;
      if (first !== 0) this.#shifted(first, at);
      return pairs[2 * dimension + 1] ?? 0;
    });
  }

  /** As `variances`, for an array with first_is: offset and actual count of each dimension in turn. */
  variancesFrom(maxima: readonly number[], minElementSize: number, overhead = 0): number[] {
    const at = this.takeCounts(2 * maxima.length);
    const actuals: number[] = [];
    const pairs = maxima.flatMap((max, dimension) => {
      const first = this.countAt(at, 2 * dimension);
      const actual = this.countAt(at, 2 * dimension + 1);
      if (first + actual > max) {
        this.fail("invalid_bound", `${actual} elements from ${first}, of at most ${max}`, at);
      }
      actuals.push(actual);
      return [first, actual];
    });
    this.#admitRows(actuals, minElementSize, overhead);
    return pairs;
  }

  /** Takes `n` counts or offsets in a row; `countAt` reads the one of an index there. */
  protected takeCounts(n: number): number {
    return this.take(4, 4 * n);
  }

  protected countAt(at: number, index: number): number {
    return this.uint32At(at + 4 * index);
  }

  /** Checks that `count` elements can follow, and charges them. `at` is where the count is. */
  #admit(count: number, minElementSize: number, overhead: number, at: number): void {
    if (count * minElementSize > this.remaining) {
      this.fail("invalid_bound", `${count} elements, more than the octets that are left can hold`, at);
    }
    if (overhead !== 0) this.charge(count * overhead);
  }

  /** The same for several dimensions: the rows are charged too, and no more than `maxEmptyRows` rows may have none. */
  #admitRows(counts: readonly number[], minElementSize: number, overhead: number): void {
    const { position } = this;
    let rows = 1;
    let most = 1;
    for (const count of counts.slice(0, -1)) {
      rows *= count;
      most = Math.max(most, rows);
      this.charge(rows * rowOverhead);
    }
    const elements = rows * (counts.at(-1) ?? 0);
    if (elements === 0 && most > maxEmptyRows) {
      this.fail("limit_exceeded", `${most} rows without elements`, position);
    }
    this.#admit(elements, minElementSize, overhead, position);
  }

  #shifted(first: number, at: number): never {
    this.fail("invalid_bound", `an array that starts at ${first} instead of 0`, at);
  }
}
