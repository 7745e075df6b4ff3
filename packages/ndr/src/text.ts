/** Code units up to which a loop beats a call into the runtime's native string copy (measured, Node 20). */
const shortWrite = 24;
const shortRead = 16;

/** For each length of a short text the array that its code units are gathered in. */
const gathered = Array.from({ length: shortRead + 1 }, (_, length) => new Array<number>(length).fill(0));

const nul = "\0";

/** What `Buffer.toString` and `Buffer.write` come to for UTF-16, without what they cost before (measured, Node 20). */
interface NativeUtf16 {
  ucs2Slice(from: number, to: number): string;
  ucs2Write(text: string, at: number): number;
}

const hasNative = "ucs2Slice" in Buffer.prototype && "ucs2Write" in Buffer.prototype;

function isNative(_buffer: Buffer): _buffer is Buffer & NativeUtf16 {
  return hasNative;
}

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
  if (text.length > shortWrite) {
    if (isNative(target)) target.ucs2Write(text, at);
    else target.write(text, at, "utf16le");
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

/** Text of the octets from `from` up to `to`; null if there is a NUL among them. */
export function readLatin1(source: Buffer, from: number, to: number): string | null {
  const units = gathered[to - from];
  if (units === undefined) return withoutNul(source.toString("latin1", from, to));
  for (let i = 0; i < units.length; i++) {
    const unit = source[from + i] ?? 0;
    if (unit === 0) return null;
    units[i] = unit;
  }
  return String.fromCharCode(...units);
}

/** As `readLatin1`, of UTF-16 code units; `view` is one of `source`. */
export function readUtf16(
  source: Buffer,
  view: DataView,
  from: number,
  to: number,
  littleEndian: boolean,
): string | null {
  const units = gathered[(to - from) / 2];
  if (units === undefined) {
    if (littleEndian && isNative(source)) return withoutNul(source.ucs2Slice(from, to));
    if (littleEndian) return withoutNul(source.toString("utf16le", from, to));
    return withoutNul(Buffer.from(source.subarray(from, to)).swap16().toString("utf16le"));
  }
  for (let i = 0; i < units.length; i++) {
    const unit = view.getUint16(from + 2 * i, littleEndian);
    if (unit === 0) return null;
    units[i] = unit;
  }
  return String.fromCharCode(...units);
}

function withoutNul(text: string): string | null {
  return text.indexOf(nul) < 0 ? text : null;
}
