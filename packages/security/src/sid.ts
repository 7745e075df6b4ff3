import { SecurityFormatError } from "./security-format-error.js";

/** SID_MAX_SUB_AUTHORITIES, winnt.h. */
const MAX_SUB_AUTHORITIES = 15;
/** 8 + 4 * 15 octets. */
export const MAX_SID_BYTES = 68;
/** "S-1-0xffffffffffff" and fifteen times "-4294967295". */
const MAX_SID_TEXT = 200;
const MAX_U32 = 0xffff_ffff;
/** Interning is bounded: SIDs come from peers too. Beyond the bound, equal SIDs are distinct objects. */
const MAX_INTERNED = 4096;

const SID_TEXT = /^S-1-(\d{1,10}|0x[0-9a-f]{1,12})((?:-\d{1,10})*)$/i;

/**
 * A security identifier (MS-DTYP 2.4.2). Immutable; compare with {@link Sid.equals}, never with `===`.
 * Its text form is canonical (upper-case S, decimal, no leading zeros), so that it serves as a map key.
 */
export class Sid {
  static readonly #interned = new Map<string, Sid>();

  /** 48 bits. */
  readonly authority: number;
  /** 0 to 15 unsigned 32-bit numbers. */
  readonly subAuthorities: readonly number[];
  readonly #text: string;

  private constructor(authority: number, subAuthorities: readonly number[], text: string) {
    this.authority = authority;
    this.subAuthorities = Object.freeze(subAuthorities);
    this.#text = text;
    Object.freeze(this);
  }

  /** Builds a SID from its numbers. @throws {SecurityFormatError} where one is out of range. */
  static of(authority: number, ...subAuthorities: number[]): Sid {
    if (!Number.isInteger(authority) || authority < 0 || authority > 0xffff_ffff_ffff) {
      throw new SecurityFormatError(`SID authority ${authority} is not an unsigned 48-bit number`);
    }
    if (subAuthorities.length > MAX_SUB_AUTHORITIES) {
      throw new SecurityFormatError(
        `SID has ${subAuthorities.length} sub-authorities; at most ${MAX_SUB_AUTHORITIES} are allowed`,
      );
    }
    for (const sub of subAuthorities) {
      if (!Number.isInteger(sub) || sub < 0 || sub > MAX_U32) {
        throw new SecurityFormatError(`SID sub-authority ${sub} is not an unsigned 32-bit number`);
      }
    }
    const top = authority <= MAX_U32 ? String(authority) : `0x${authority.toString(16).padStart(12, "0")}`;
    const text = ["S-1", top, ...subAuthorities].join("-");
    const known = Sid.#interned.get(text);
    if (known !== undefined) return known;
    const sid = new Sid(authority, subAuthorities, text);
    if (Sid.#interned.size < MAX_INTERNED) Sid.#interned.set(text, sid);
    return sid;
  }

  /** Reads the text form, as "S-1-22-1-1000" (MS-DTYP 2.4.2.1). @throws {SecurityFormatError} */
  static parse(text: string): Sid {
    const known = Sid.#interned.get(text);
    if (known !== undefined) return known;
    const match = text.length <= MAX_SID_TEXT ? SID_TEXT.exec(text) : null;
    if (match === null) {
      const shown = text.length > 40 ? `${text.slice(0, 40)}...` : text;
      throw new SecurityFormatError(`"${shown}" is not a SID; a SID looks like S-1-22-1-1000`);
    }
    const [, authority = "", subs = ""] = match;
    return Sid.of(Number(authority), ...subs.split("-").slice(1).map(Number));
  }

  /**
   * Reads the packet form (MS-DTYP 2.4.2.2): revision 1, count, six octets of authority in network order, then
   * `count` little-endian u32. Octets after the SID are ignored; the buffer is not kept.
   * @throws {SecurityFormatError}
   */
  static fromBytes(bytes: Uint8Array, offset = 0): Sid {
    if (!Number.isInteger(offset) || offset < 0 || offset + 8 > bytes.length) {
      throw new SecurityFormatError("SID is cut off: it needs at least 8 octets", offset);
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const revision = view.getUint8(offset);
    if (revision !== 1) throw new SecurityFormatError(`SID revision is ${revision}, expected 1`, offset);
    const count = view.getUint8(offset + 1);
    if (count > MAX_SUB_AUTHORITIES) {
      throw new SecurityFormatError(
        `SID has ${count} sub-authorities; at most ${MAX_SUB_AUTHORITIES} are allowed`,
        offset + 1,
      );
    }
    if (offset + 8 + 4 * count > bytes.length) {
      throw new SecurityFormatError(
        `SID is cut off: it needs ${8 + 4 * count} octets, ${bytes.length - offset} are left`,
        offset,
      );
    }
    const subs: number[] = [];
    for (let i = 0; i < count; i++) subs.push(view.getUint32(offset + 8 + 4 * i, true));
    return Sid.of(view.getUint16(offset + 2) * 2 ** 32 + view.getUint32(offset + 4), ...subs);
  }

  /** Length of the packet form in octets: 8 to 68. */
  get byteLength(): number {
    return 8 + 4 * this.subAuthorities.length;
  }

  /** The packet form, in a new buffer. */
  toBytes(): Uint8Array {
    const bytes = new Uint8Array(this.byteLength);
    const view = new DataView(bytes.buffer);
    view.setUint8(0, 1);
    view.setUint8(1, this.subAuthorities.length);
    view.setUint16(2, Math.floor(this.authority / 2 ** 32));
    view.setUint32(4, this.authority % 2 ** 32);
    this.subAuthorities.forEach((sub, i) => {
      view.setUint32(8 + 4 * i, sub, true);
    });
    return bytes;
  }

  equals(other: Sid): boolean {
    return this === other || this.#text === other.toString();
  }

  /** The last sub-authority (relative identifier), or null where there is none. */
  get rid(): number | null {
    return this.subAuthorities.at(-1) ?? null;
  }

  toString(): string {
    return this.#text;
  }

  toJSON(): string {
    return this.#text;
  }
}
