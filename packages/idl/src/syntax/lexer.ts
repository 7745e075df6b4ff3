import type { DiagnosticId } from "../diagnostics/diagnostic-table.js";
import type { ReportDetails } from "../diagnostics/reporter.js";
import type { Limits } from "../limits.js";
import type { SourceFile } from "../source/source-file.js";
import type { Span } from "../source/span.js";
import { classifyNumber, scanNumber } from "./number-literal.js";
import type { Token, TokenKind, Trivia } from "./token.js";

const NO_TRIVIA: readonly Trivia[] = [];
/** Sticky; the longest first. */
const PUNCTUATION = /\.\.\.?|<<|>>|[<>=!]=|&&|\|\||->|[{}[\]();,:=*.<>+\-/%&|^~!?]/y;

/** Where the lexer's reports go: a reporter, or whoever decides later whether they matter. */
export interface LexicalReports {
  report(id: DiagnosticId, span: Span, details: ReportDetails): void;
}

/** Splits a source into tokens; the last one is always `end`. Malformed stretches are reported and become `unknown`. */
export function tokenize(source: SourceFile, reporter: LexicalReports, limits: Limits): Token[] {
  return new Lexer(source, reporter, limits).run();
}

class Lexer {
  readonly #source: SourceFile;
  readonly #text: string;
  readonly #reporter: LexicalReports;
  readonly #limits: Limits;
  #at = 0;

  constructor(source: SourceFile, reporter: LexicalReports, limits: Limits) {
    this.#source = source;
    this.#text = source.text;
    this.#reporter = reporter;
    this.#limits = limits;
  }

  run(): Token[] {
    const tokens: Token[] = [];
    if (this.#text.length > this.#limits.fileLength) {
      this.#report("IDL0003", 0, 1, { limit: this.#limits.fileLength });
      return [this.#end([{ kind: "comment", start: 0, end: this.#text.length }])];
    }
    while (true) {
      const trivia = this.#trivia();
      if (this.#at >= this.#text.length) {
        tokens.push(this.#end(trivia));
        return tokens;
      }
      if (tokens.length >= this.#limits.tokens) {
        this.#report("IDL0004", this.#at, this.#at + 1, { limit: this.#limits.tokens });
        tokens.push(this.#end([...trivia, { kind: "comment", start: this.#at, end: this.#text.length }]));
        return tokens;
      }
      const start = this.#at;
      const kind = this.#followsUuid(tokens) && this.#bareUuid() ? "uuid" : this.#token(isProse(tokens));
      const text = this.#text.slice(start, this.#at);
      tokens.push({ kind, source: this.#source, start, end: this.#at, text, trivia, expansion: null });
    }
  }

  #end(trivia: readonly Trivia[]): Token {
    const end = this.#text.length;
    return { kind: "end", source: this.#source, start: end, end, text: "", trivia, expansion: null };
  }

  #trivia(): readonly Trivia[] {
    let trivia: Trivia[] | null = null;
    while (this.#at < this.#text.length) {
      const start = this.#at;
      const kind = this.#triviaKind();
      if (kind === null) break;
      trivia ??= [];
      trivia.push({ kind, start, end: this.#at });
    }
    return trivia ?? NO_TRIVIA;
  }

  /** Steps over one piece of trivia; null, without a step, at a token. */
  #triviaKind(): Trivia["kind"] | null {
    const text = this.#text;
    const start = this.#at;
    if (isSpace(text.charCodeAt(start))) {
      while (isSpace(text.charCodeAt(this.#at))) this.#at += 1;
      return "whitespace";
    }
    const first = text[start];
    if (first === "\\") {
      // A line that goes on: the joint is a blank.
      const joint = /\\\r?\n/y;
      joint.lastIndex = start;
      if (!joint.test(text)) return null;
      this.#at = joint.lastIndex;
      return "whitespace";
    }
    if (first !== "/" && first !== "#") return null;
    if (text.startsWith("//", start)) {
      this.#at = this.#lineEnd(start);
      return text[start + 2] === "/" && text[start + 3] !== "/" ? "docComment" : "comment";
    }
    if (text.startsWith("/*", start)) {
      const close = text.indexOf("*/", start + 2);
      if (close < 0) this.#report("IDL0102", start, start + 2);
      this.#at = close < 0 ? text.length : close + 2;
      return text[start + 2] === "*" && this.#at - start > 4 ? "docComment" : "comment";
    }
    if (first === "#" && this.#startsLine(start)) {
      this.#directive();
      return "directive";
    }
    return null;
  }

  /** A preprocessor line, with its continuation lines and those that a comment on it goes on over. */
  #directive(): void {
    const text = this.#text;
    const stop = /\n|\/\*|\/\/|"(?:[^"\\\n]|\\.)*"/g;
    stop.lastIndex = this.#at;
    for (let match = stop.exec(text); match !== null; match = stop.exec(text)) {
      if (match[0] === "/*") {
        const close = text.indexOf("*/", stop.lastIndex);
        if (close < 0) {
          this.#report("IDL0102", match.index, match.index + 2);
          break;
        }
        stop.lastIndex = close + 2;
      } else if (match[0] === "//") {
        stop.lastIndex = this.#lineEnd(match.index);
      } else if (match[0] === "\n" && !/\\\r?$/.test(text.slice(match.index - 2, match.index))) {
        this.#at = match.index;
        return;
      }
    }
    this.#at = text.length;
  }

  #startsLine(offset: number): boolean {
    let at = offset - 1;
    while (at >= 0 && this.#text[at] !== "\n" && isSpace(this.#text.charCodeAt(at))) at -= 1;
    return at < 0 || this.#text[at] === "\n";
  }

  #lineEnd(from: number): number {
    const at = this.#text.indexOf("\n", from);
    return at < 0 ? this.#text.length : at;
  }

  #followsUuid(tokens: readonly Token[]): boolean {
    return tokens.at(-1)?.text === "(" && /^(?:\w{1,20}_)?uuid$|^custom$/.test(tokens.at(-2)?.text ?? "");
  }

  /** A run with hyphens: its digits are not numbers, so that whether it is well formed is for the checker to say. */
  #bareUuid(): boolean {
    let end = this.#at;
    while (isIdentifierPart(this.#text.charCodeAt(end)) || this.#text[end] === "-") end += 1;
    const isUuid = this.#text.slice(this.#at, end).includes("-");
    if (isUuid) this.#at = end;
    return isUuid;
  }

  #token(isProse: boolean): TokenKind {
    const text = this.#text;
    const start = this.#at;
    const code = text.charCodeAt(start);
    if (isDigit(code)) return this.#number();
    if (text[start] === "L" && (text[start + 1] === '"' || text[start + 1] === "'")) {
      return this.#quoted(start + 1, text[start + 1] === '"' ? "wideString" : "wideCharacter", isProse);
    }
    if (isIdentifierPart(code)) {
      while (isIdentifierPart(text.charCodeAt(this.#at))) this.#at += 1;
      return "identifier";
    }
    if (text[start] === '"') return this.#quoted(start, "string", isProse);
    if (text[start] === "'") return this.#quoted(start, "character", isProse);
    PUNCTUATION.lastIndex = start;
    if (!PUNCTUATION.test(text)) return this.#unknown();
    this.#at = PUNCTUATION.lastIndex;
    return "punctuation";
  }

  #number(): TokenKind {
    const start = this.#at;
    this.#at = scanNumber(this.#text, start);
    const kind = classifyNumber(this.#text.slice(start, this.#at));
    if (kind !== null) return kind;
    this.#report("IDL0104", start, this.#at, {
      text: this.#text.slice(start, Math.min(this.#at, start + 200)),
    });
    return "unknown";
  }

  /** A literal never spans lines, but for the documentation of attributes, which MIDL lets go on. */
  #quoted(open: number, kind: TokenKind, isProse: boolean): TokenKind {
    const text = this.#text;
    const quote = text[open];
    for (let at = open + 1; at < text.length && (isProse || text[at] !== "\n"); at += 1) {
      if (text[at] === quote) {
        this.#at = at + 1;
        return kind;
      }
      if (text[at] === "\\" && text[at + 1] !== "\n") at += 1;
    }
    this.#report("IDL0103", open, this.#lineEnd(open));
    this.#at = this.#lineEnd(open);
    return "unknown";
  }

  /** One report for a whole run of strange characters. */
  #unknown(): TokenKind {
    const start = this.#at;
    const text = this.#text;
    do {
      this.#at += 1;
    } while (this.#at < text.length && isStrange(text.charCodeAt(this.#at)));
    const code = (text.codePointAt(start) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    this.#report("IDL0101", start, this.#at, { code });
    return "unknown";
  }

  #report(id: DiagnosticId, start: number, end: number, details: Record<string, string | number> = {}): void {
    this.#reporter.report(id, { source: this.#source, start, end }, details);
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0x1a || code === 0xfeff;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isIdentifierPart(code: number): boolean {
  const lower = code | 0x20;
  return isDigit(code) || (lower >= 0x61 && lower <= 0x7a) || code === 0x5f;
}

function isStrange(code: number): boolean {
  return !isSpace(code) && !isIdentifierPart(code) && (code < 0x20 || code > 0x7e);
}

/** True behind `helpstring(` and its like. */
function isProse(tokens: readonly Token[]): boolean {
  return tokens.at(-1)?.text === "(" && /^(?:helpstring|annotation)$/.test(tokens.at(-2)?.text ?? "");
}
