import { SecurityFormatError } from "./security-format-error.js";

/** Where the octet of each pair of digits lies: the first three fields are little-endian (MS-DTYP 2.3.4.2). */
const ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Text form in lower case of the first sixteen octets. */
export function formatGuid(bytes: Uint8Array): string {
  const digits = ORDER.map((at) => (bytes[at] ?? 0).toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** Sixteen octets of the text form. @throws {SecurityFormatError} */
export function parseGuid(text: string): Uint8Array {
  if (!GUID.test(text)) throw new SecurityFormatError(`"${text.slice(0, 40)}" is not a GUID`);
  const digits = text.replaceAll("-", "");
  const bytes = new Uint8Array(16);
  ORDER.forEach((at, i) => {
    bytes[at] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  });
  return bytes;
}
