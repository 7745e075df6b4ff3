/** Octets without a pattern that a codec could profit from, the same in every run. */
export function samplePayload(size: number): Uint8Array {
  const payload = new Uint8Array(size);
  let state = 0x9e3779b9;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    payload[i] = state >>> 24;
  }
  return payload;
}
