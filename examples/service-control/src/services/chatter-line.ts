/** Octets of a line with its end. */
export const LINE_SIZE = 64;

/** The nth line that the chatter writes: 64 octets that no other line has. */
export function chatterLine(n: number): string {
  return `${String(n).padStart(9, "0")} ${"the quick brown fox jumps over the lazy dog ".repeat(2)}`
    .slice(0, 63)
    .concat("\n");
}
