/** What no object is named, in the one text that stands for it. */
export const nilGuid = "00000000-0000-0000-0000-000000000000";

/** Octets of a GUID. */
export const guidSize = 16;

/** Where each octet of a GUID on the wire stands in its text: the first three fields are little-endian (C706 appendix A). */
const textPositions = Uint8Array.of(6, 4, 2, 0, 11, 9, 16, 14, 19, 21, 24, 26, 28, 30, 32, 34);

/** The same with the three fields big-endian. */
const bigTextPositions = Uint8Array.of(0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34);

const textLength = 36;
const hyphens = Uint8Array.of(8, 13, 18, 23);
const hyphen = 0x2d;

/** ASCII codes of the digits, and the value of each code that is a hexadecimal digit; of others, `noDigit`. */
const digits = Buffer.from("0123456789abcdef");
const noDigit = 0xff;
const digitValues = new Uint8Array(128).fill(noDigit);
for (const [value, code] of digits.entries()) digitValues[code] = value;
for (const [value, code] of Buffer.from("ABCDEF").entries()) digitValues[code] = 10 + value;

/** The text being made; its hyphens stay. */
const scratch = Buffer.alloc(textLength, hyphen);

/** Writes 16 octets of little-endian layout at `at`; answers false, with the octets undefined, if `text` is not a GUID. */
export function writeGuid(target: Uint8Array, at: number, text: string): boolean {
  if (text.length !== textLength) return false;
  for (const position of hyphens) {
    if (text.charCodeAt(position) !== hyphen) return false;
  }
  for (let i = 0; i < guidSize; i++) {
    const position = textPositions[i] ?? 0;
    const high = digitValues[text.charCodeAt(position)] ?? noDigit;
    const low = digitValues[text.charCodeAt(position + 1)] ?? noDigit;
    if (high === noDigit || low === noDigit) return false;
    target[at + i] = high * 16 + low;
  }
  return true;
}

/** The canonical text, in lower case, of the 16 octets at `at`. */
export function readGuid(source: Uint8Array, at: number, littleEndian = true): string {
  const positions = littleEndian ? textPositions : bigTextPositions;
  for (let i = 0; i < guidSize; i++) {
    const octet = source[at + i] ?? 0;
    const position = positions[i] ?? 0;
    scratch[position] = digits[octet >>> 4] ?? 0;
    scratch[position + 1] = digits[octet & 0xf] ?? 0;
  }
  return scratch.toString("latin1");
}

/** Whether the 16 octets at `at` are all zero. */
export function isNilGuid(source: Uint8Array, at: number): boolean {
  for (let i = 0; i < guidSize; i++) {
    if (source[at + i] !== 0) return false;
  }
  return true;
}
