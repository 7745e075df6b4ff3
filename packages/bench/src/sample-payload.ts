/** Octets after which the payload begins again: more than any codec looks back. */
const PERIOD = 1_024 * 1_024;

const made = new Map<number, Uint8Array>();

/** Octets without a pattern that a codec could profit from, the same in every run. To be left as they are. */
export function samplePayload(size: number): Uint8Array {
  const known = made.get(size);
  if (known !== undefined) {
    return known;
  }
  // Of exactly this size: where a view is cloned, its whole buffer is.
  const payload = new Uint8Array(size);
  let state = 0x9e3779b9;
  for (let i = 0; i < Math.min(size, PERIOD); i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    payload[i] = state >>> 24;
  }
  for (let filled = PERIOD; filled < size; filled += PERIOD) {
    payload.copyWithin(filled, 0, Math.min(PERIOD, size - filled));
  }
  made.set(size, payload);
  return payload;
}
