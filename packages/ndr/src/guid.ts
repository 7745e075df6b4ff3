/** Where each octet of a GUID on the wire stands in its text: the first three fields are little-endian (C706 appendix A). */
const textPosition = [6, 4, 2, 0, 11, 9, 16, 14, 19, 21, 24, 26, 28, 30, 32, 34] as const;

/** The hyphens of the text form. */
const hyphens = [8, 13, 18, 23] as const;

/** Every octet as two lower-case hexadecimal digits. */
const hex = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, "0"));

/** Octets of a GUID. */
export const guidSize = 16;

const hyphen = 0x2d;

/** Writes 16 octets of little-endian layout at `at`; answers false, with the octets undefined, if `text` is not a GUID. */
export function writeGuid(target: Uint8Array, at: number, text: string): boolean {
  if (text.length !== 36) return false;
  for (const position of hyphens) {
    if (text.charCodeAt(position) !== hyphen) return false;
  }
  for (let i = 0; i < guidSize; i++) {
    const position = textPosition[i] ?? 0;
    const high = digit(text.charCodeAt(position));
    const low = digit(text.charCodeAt(position + 1));
    if (high < 0 || low < 0) return false;
    target[at + i] = high * 16 + low;
  }
  return true;
}

/** The canonical text, in lower case, of the 16 octets at `at`. */
export function readGuid(source: Uint8Array, at: number): string {
  const octet = (i: number): string => hex[source[at + i] ?? 0] ?? "";
  return (
    `${octet(3)}${octet(2)}${octet(1)}${octet(0)}-${octet(5)}${octet(4)}-${octet(7)}${octet(6)}-${octet(8)}${octet(9)}-` +
    `${octet(10)}${octet(11)}${octet(12)}${octet(13)}${octet(14)}${octet(15)}`
  );
}

/** Whether the 16 octets at `at` are all zero. */
export function isNilGuid(source: Uint8Array, at: number): boolean {
  for (let i = 0; i < guidSize; i++) {
    if (source[at + i] !== 0) return false;
  }
  return true;
}

/** The value of a hexadecimal digit, or -1. */
function digit(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  if (unit >= 0x61 && unit <= 0x66) return unit - 0x61 + 10;
  if (unit >= 0x41 && unit <= 0x46) return unit - 0x41 + 10;
  return -1;
}
