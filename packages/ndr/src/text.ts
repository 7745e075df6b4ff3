/** Code units up to which a loop beats a call into the runtime's native string copy (measured, Node 20). */
const shortText = 16;

const nul = "\0";

/** Writes one octet a code unit; answers the index of the first unit that is NUL or beyond Latin-1, or -1. */
export function writeLatin1(target: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0 || unit > 0xff) return i;
    target[at + i] = unit;
  }
  return -1;
}

/** Writes UTF-16 code units, little-endian, lone surrogates as they are; answers the index of the first NUL, or -1. */
export function writeUtf16(target: Buffer, at: number, text: string): number {
  if (text.length > shortText) {
    target.write(text, at, "utf16le");
    return text.indexOf(nul);
  }
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0) return i;
    target[at + 2 * i] = unit & 0xff;
    target[at + 2 * i + 1] = unit >>> 8;
  }
  return -1;
}

/** Whether a text that came from the wire has a NUL before its terminator. */
export function hasNul(text: string): boolean {
  return text.indexOf(nul) >= 0;
}
