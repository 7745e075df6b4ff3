import { NdrError } from "./error.js";
import { countOfPending, pendingCount } from "./pending.js";
import type { Reader } from "./reader.js";
import type { Writer } from "./writer.js";

/** A SID as text: revision, authority, sub-authorities (MS-DTYP 2.4.2.1). */
const sidForm = /^S-([0-9]{1,3})-([0-9]{1,15}|0x[0-9a-f]{12})((?:-[0-9]{1,10})*)$/i;

interface SidParts {
  readonly revision: number;
  readonly authority: number;
  readonly rest: Uint32Array;
}

function parseSid(sid: string): SidParts {
  const [, revision = "", authority = "", tail = ""] = sidForm.exec(sid) ?? [];
  const rest = tail.split("-").slice(1).map(Number);
  const parts = { revision: Number(revision), authority: Number(authority), rest: Uint32Array.from(rest) };
  const isRight =
    revision !== "" &&
    parts.revision <= 0xff &&
    parts.authority < 2 ** 48 &&
    rest.length <= 0xff &&
    rest.every((value) => value <= 0xffff_ffff);
  if (!isRight) throw new NdrError("value_out_of_range", `${JSON.stringify(sid)} is no SID`, null);
  return parts;
}

/** How many sub-authorities a SID has: the count that goes in front of it. Throws NdrError for what is no SID. */
export function sidCount(sid: string): number {
  return parseSid(sid).rest.length;
}

/** Writes a SID (MS-DTYP 2.4.2.3) whose count has been written. */
export function putSid(w: Writer, sid: string): void {
  const { revision, authority, rest } = parseSid(sid);
  w.align(4);
  w.uint8(revision);
  w.uint8(rest.length);
  const octets = Buffer.alloc(6);
  octets.writeUIntBE(authority, 0, 6);
  w.bytes(octets);
  w.uint32Array(rest);
}

/** Reads a SID as text; `count` is the count in front of it, with which its own has to agree. */
export function takeSid(r: Reader, count: number): string {
  r.align(4);
  const revision = r.uint8();
  const own = r.uint8();
  let authority = 0;
  for (let i = 0; i < 6; i++) authority = authority * 0x100 + r.uint8();
  r.equal(count, own, "size_is(SubAuthorityCount)", "SubAuthority");
  const text =
    authority < 2 ** 32 ? String(authority) : `0x${authority.toString(16).toUpperCase().padStart(12, "0")}`;
  const parts = ["S", revision, text];
  for (let i = 0; i < count; i++) parts.push(r.uint32());
  return parts.join("-");
}

const unitsAtOnce = 8192;

/** Writes the place of a counted string (MS-DTYP 2.3.10): the lengths in octets and the pointer. */
export function putCounted(w: Writer, text: string | null): void {
  const octets = 2 * (text?.length ?? 0);
  w.check(octets <= 0xfffe, "a counted string of at most 32767 units");
  w.align(4, 8);
  w.uint16(octets);
  w.uint16(octets);
  w.pointer(text !== null);
}

/** Writes what the place of a counted string points to. */
export function putCountedReferent(w: Writer, text: string | null): void {
  if (text === null) return;
  const units = new Uint16Array(text.length);
  for (let i = 0; i < units.length; i++) units[i] = text.charCodeAt(i);
  w.count(units.length);
  w.variance(0, units.length);
  w.uint16Array(units);
}

/** Reads the place of a counted string: null, or what `takeCountedReferent` replaces. */
export function takeCounted(r: Reader): string | null {
  r.align(4, 8);
  const length = r.uint16();
  const maximum = r.uint16();
  const isPresent = r.pointer();
  r.check(length % 2 === 0, "units of two octets", "Length");
  if (!isPresent) {
    r.check(maximum < 2 && length === 0, "size_is(MaximumLength / 2): null has no elements", "Buffer");
    return null;
  }
  return pendingCount(maximum * 0x10000 + length);
}

/** Reads what the place of a counted string points to. */
export function takeCountedReferent(r: Reader, place: string | null): string | null {
  if (place === null) return null;
  const lengths = countOfPending(place);
  const max = r.count(0);
  r.equal(max, Math.trunc(lengths / 0x20000), "size_is(MaximumLength / 2)", "Buffer");
  const actual = r.variance(max, 2);
  r.equal(actual, (lengths % 0x10000) / 2, "length_is(Length / 2)", "Buffer");
  const units = r.uint16Array(actual);
  let text = "";
  for (let i = 0; i < units.length; i += unitsAtOnce) {
    text += String.fromCharCode(...units.subarray(i, i + unitsAtOnce));
  }
  return text;
}
