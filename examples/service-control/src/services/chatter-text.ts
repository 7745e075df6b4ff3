const FILLER = "the quick brown fox jumps over the lazy dog, the quick ";

/** What the chatter writes: numbered lines of 64 octets, so that a lost or misplaced one shows. */
export function chatterText(size: number): string {
  const lines = Array.from(
    { length: Math.ceil(size / 64) },
    (_, n) => `${String(n).padStart(8, "0")}${FILLER}\n`,
  );
  return lines.join("").slice(0, size);
}
