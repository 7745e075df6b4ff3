import { SddlError } from "./sddl-error.js";
import { lookUpSidAbbreviation } from "./sddl-sids.js";
import { Sid } from "./sid.js";

const SPACE = /[ \t\r\n]*/y;
const FIELD = /[^;()]*/y;
/** The hexadecimal authority has exactly twelve digits (MS-DTYP 2.4.2.1), which keeps it apart from a following "D:". */
const SID = /S-1-(?:0x[0-9a-f]{12}|\d{1,10})(?:-\d{1,10})*/iy;

/** A position in SDDL text. Case does not matter (RFC 5234), and white space may stand between all parts. */
export class SddlReader {
  readonly #text: string;
  readonly #domain: Sid | null;
  #position = 0;

  /** `domain`: what domain-relative abbreviations such as DA are relative to. */
  constructor(text: string, domain: Sid | null) {
    this.#text = text;
    this.#domain = domain;
  }

  get position(): number {
    return this.#position;
  }

  /** Skips white space; whether that was all. */
  atEnd(): boolean {
    this.#match(SPACE);
    return this.#position === this.#text.length;
  }

  /** Reads the word if it stands here. */
  take(word: string): boolean {
    this.#match(SPACE);
    const end = this.#position + word.length;
    if (this.#text.slice(this.#position, end).toUpperCase() !== word) return false;
    this.#position = end;
    return true;
  }

  expect(word: string, hint: string): void {
    if (!this.take(word)) throw this.error(`expected "${word}", found ${this.#found()}`, hint);
  }

  /** Text up to the next semicolon or parenthesis, trimmed and in upper case, with its position. */
  field(): { readonly text: string; readonly position: number } {
    this.#match(SPACE);
    const position = this.#position;
    return { text: this.#match(FIELD).trimEnd().toUpperCase(), position };
  }

  sid(): Sid {
    this.#match(SPACE);
    const position = this.#position;
    const numbers = this.#match(SID);
    if (numbers !== "") {
      try {
        return Sid.parse(numbers);
      } catch (cause) {
        throw new SddlError(
          cause instanceof Error ? cause.message : String(cause),
          position,
          "correct the SID",
        );
      }
    }
    const letters = this.#text.slice(position, position + 2).toUpperCase();
    const known = lookUpSidAbbreviation(letters);
    if (known === undefined) {
      throw this.error(
        `expected a SID, found ${this.#found()}`,
        "write S-1-... or an abbreviation such as BA (administrators) or WD (everyone)",
      );
    }
    if (typeof known !== "number") {
      this.#position += 2;
      return known;
    }
    if (this.#domain === null) {
      throw this.error(
        `"${letters}" is relative to a domain`,
        "write the whole SID, or give the domain's in options.domain",
      );
    }
    this.#position += 2;
    return Sid.of(this.#domain.authority, ...this.#domain.subAuthorities, known);
  }

  error(problem: string, hint: string): SddlError {
    return new SddlError(problem, this.#position, hint);
  }

  #found(): string {
    const rest = this.#text.slice(this.#position, this.#position + 12);
    return rest === "" ? "the end" : JSON.stringify(rest);
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#position;
    const text = pattern.exec(this.#text)?.[0] ?? "";
    this.#position += text.length;
    return text;
  }
}
