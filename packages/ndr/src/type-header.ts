import { NdrError } from "./error.js";

/** Octets of the common type header, and of the private header before each constructed value; also what both pad to. */
export const typeHeaderSize = 8;

const version = 1;
const bigEndian = 0x00;
const littleEndian = 0x10;
const filler = 0xcc;

/** Writes the headers of type serialization version 1 (MS-RPCE 2.2.6.1, 2.2.6.2) before `length` octets of a value. */
export function writeTypeHeader(target: Uint8Array, length: number, isPrimitive: boolean): void {
  target[0] = version;
  target[1] = littleEndian;
  target[2] = typeHeaderSize;
  target[3] = 0;
  for (let i = 4; i < typeHeaderSize; i++) target[i] = filler;
  if (isPrimitive) return;
  for (let i = 0; i < 4; i++) target[typeHeaderSize + i] = length >>> (8 * i);
  for (let i = 4; i < typeHeaderSize; i++) target[typeHeaderSize + i] = 0;
}

/** Checks the headers; answers the octets that the value has, padding included. */
export function readTypeHeader(
  octets: Uint8Array,
  isPrimitive: boolean,
): { isBigEndian: boolean; length: number } {
  const headers = isPrimitive ? typeHeaderSize : 2 * typeHeaderSize;
  if (octets.length < headers) {
    throw new NdrError("short_data", `${octets.length} octets, less than the headers of a type`, null);
  }
  const isBigEndian = octets[1] === bigEndian;
  const isKnown = octets[0] === version && (isBigEndian || octets[1] === littleEndian);
  // The header's own length is little-endian in either case (MS-RPCE 2.2.6.1).
  if (!isKnown || octets[2] !== typeHeaderSize || octets[3] !== 0) {
    throw new NdrError("bad_stub_data", "no header of type serialization version 1", null);
  }
  const left = octets.length - headers;
  const length = isPrimitive ? left : uint32(octets, typeHeaderSize, isBigEndian);
  if (length !== left || length % typeHeaderSize !== 0) {
    throw new NdrError("bad_stub_data", `a value of ${length} octets in ${left}`, null);
  }
  return { isBigEndian, length };
}

function uint32(octets: Uint8Array, at: number, isBigEndian: boolean): number {
  let value = 0;
  for (let i = 0; i < 4; i++) value = value * 0x100 + (octets[at + (isBigEndian ? i : 3 - i)] ?? 0);
  return value;
}
