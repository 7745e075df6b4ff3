/** Below this, a loop beats the call. Octets. */
const SHORT = 160;

/** Copies source[start..end) to target[at..). */
export function copyOctets(source: Buffer, start: number, end: number, target: Buffer, at: number): void {
  if (end - start > SHORT) {
    source.copy(target, at, start, end);
    return;
  }
  for (let i = start, to = at; i < end; i++, to++) target[to] = source[i] ?? 0;
}
