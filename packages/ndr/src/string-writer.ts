import { types } from "node:util";
import { ArrayWriter } from "./array-writer.js";
import { putOctets } from "./octets.js";
import { writeLatin1, writeUtf16 } from "./text.js";

/** Strings, with their counts and terminators (C706 14.3.4). */
export class StringWriter extends ArrayWriter {
  /**
   * A conformant string of octets with its terminator: Latin-1 without NUL. `capacity` is the max count where size_is gives
   * one, in octets with the terminator.
   */
  string(v: string, capacity?: number): void {
    const at = this.#conformantString(this.#textLength(v), 1, capacity);
    this.#latin1(at, v);
  }

  /** As `string`, in UTF-16 code units; lone surrogates are kept. `capacity` in units with the terminator. */
  wideString(v: string, capacity?: number): void {
    const at = this.#conformantString(this.#textLength(v), 2, capacity);
    this.#utf16(at, v);
  }

  /** As `string`, for `[string] byte *`: octets without the terminator, none of them zero. */
  byteString(v: Uint8Array, capacity?: number): void {
    const at = this.#conformantString(this.#octetLength(v), 1, capacity);
    this.#octets(at, v);
  }

  /** A varying string, as for `[string] char s[bound]`: no max count. `bound` counts the terminator. */
  fixedString(v: string, bound: number): void {
    const at = this.#varyingString(this.#textLength(v), 1, bound);
    this.#latin1(at, v);
  }

  /** As `fixedString`, in UTF-16 code units. */
  fixedWideString(v: string, bound: number): void {
    const at = this.#varyingString(this.#textLength(v), 2, bound);
    this.#utf16(at, v);
  }

  /** As `fixedString`, for `[string] byte s[bound]`: what `byteString` takes. */
  fixedByteString(v: Uint8Array, bound: number): void {
    const at = this.#varyingString(this.#octetLength(v), 1, bound);
    this.#octets(at, v);
  }

  /** Counts of a conformant string of `length` units and room for them and the terminator; answers where the units go. */
  #conformantString(length: number, unitSize: number, capacity: number | undefined): number {
    const actual = length + 1;
    const max = capacity ?? actual;
    this.checkCount(max);
    if (actual > max) this.fail("invalid_bound", `a string of ${actual} units with NUL, room for ${max}`);
    return this.stringCounts(max, actual, unitSize);
  }

  /** Counts of a conformant string and room for its units; answers where those go. */
  protected stringCounts(max: number, actual: number, unitSize: number): number {
    const at = this.claim(4, 12 + actual * unitSize);
    this.view.setUint32(at, max, true);
    this.view.setUint32(at + 4, 0, true);
    this.view.setUint32(at + 8, actual, true);
    return at + 12;
  }

  #varyingString(length: number, unitSize: number, bound: number): number {
    const actual = length + 1;
    if (actual > bound) this.fail("invalid_bound", `a string of ${actual} units with NUL, room for ${bound}`);
    return this.varyingCounts(actual, unitSize);
  }

  /** As `stringCounts`, without the max count. */
  protected varyingCounts(actual: number, unitSize: number): number {
    const at = this.claim(4, 8 + actual * unitSize);
    this.view.setUint32(at, 0, true);
    this.view.setUint32(at + 4, actual, true);
    return at + 8;
  }

  #latin1(at: number, v: string): void {
    const bad = writeLatin1(this.octets, at, v);
    if (bad >= 0) this.fail("value_out_of_range", `a string has NUL or a character beyond Latin-1 at ${bad}`);
    this.octets[at + v.length] = 0;
  }

  #utf16(at: number, v: string): void {
    const bad = writeUtf16(this.octets, at, v);
    if (bad >= 0) this.fail("value_out_of_range", `a string has NUL at ${bad}`);
    this.view.setUint16(at + 2 * v.length, 0, true);
  }

  #octets(at: number, v: Uint8Array): void {
    putOctets(this.octets, at, v);
    this.octets[at + v.length] = 0;
  }

  #octetLength(v: Uint8Array): number {
    this.checkBlock(types.isUint8Array(v), "a Uint8Array", v);
    const zero = v.indexOf(0);
    if (zero >= 0) this.fail("value_out_of_range", `a string has a zero octet at ${zero}`);
    return v.length;
  }

  #textLength(v: string): number {
    if (typeof v !== "string") this.checkBlock(false, "a string", v);
    return v.length;
  }
}
