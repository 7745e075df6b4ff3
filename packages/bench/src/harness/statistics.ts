/** Middle value, or the mean of the two middle ones. Throws RangeError if there is none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) {
    throw new RangeError("median of no values");
  }
  return (lower + upper) / 2;
}

/** Nearest-rank percentile of values in ascending order; `percent` in (0, 100]. Throws RangeError if there is none. */
export function percentile(ascending: ArrayLike<number>, percent: number): number {
  const rank = Math.ceil((percent / 100) * ascending.length);
  const value = ascending[Math.max(rank, 1) - 1];
  if (value === undefined) {
    throw new RangeError(`percentile ${percent} of ${ascending.length} values`);
  }
  return value;
}
