/** Integers from 0 to `below` - 1 that follow from `seed` (the 32-bit xorshift of Marsaglia, 2003). */
export function random(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
