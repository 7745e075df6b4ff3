import type { DiagnosticId } from "../diagnostics/diagnostic-table.js";
import type { ReportDetails, Reporter } from "../diagnostics/reporter.js";
import type { Limits } from "../limits.js";
import type { SourceFile } from "../source/source-file.js";
import { joinSpans, type Span } from "../source/span.js";
import type { Name } from "./ast.js";
import { docComment } from "./doc-comment.js";
import type { Token } from "./token.js";

const CLOSING: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** A place in a token list, with what every part of the parser needs: tests, steps, reports and recovery. */
export class TokenCursor {
  readonly limits: Limits;
  readonly #tokens: readonly Token[];
  readonly #end: Token;
  readonly #reporter: Reporter;
  #index = 0;
  #depth = 0;
  #lastError = -1;

  constructor(source: SourceFile, tokens: readonly Token[], reporter: Reporter, limits: Limits) {
    this.limits = limits;
    this.#tokens = tokens;
    const end = source.text.length;
    this.#end = { kind: "end", source, start: end, end, text: "", trivia: [], expansion: null };
    this.#reporter = reporter;
  }

  get index(): number {
    return this.#index;
  }

  get token(): Token {
    return this.peek(0);
  }

  get atEnd(): boolean {
    return this.token.kind === "end";
  }

  peek(ahead: number): Token {
    return this.#tokens[this.#index + ahead] ?? this.#end;
  }

  is(text: string, ahead = 0): boolean {
    return this.peek(ahead).text === text;
  }

  take(): Token {
    const token = this.token;
    if (this.#index < this.#tokens.length) this.#index += 1;
    return token;
  }

  accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.take();
    return true;
  }

  /** Steps over a token that has to be there; false and a report if it is not. */
  expect(text: string): boolean {
    if (this.accept(text)) return true;
    this.expected(`'${text}'`);
    return false;
  }

  /** Steps over an identifier; null and a report if there is none. */
  expectName(what: string): Name | null {
    if (this.token.kind === "identifier") {
      const token = this.take();
      return { text: token.text, span: this.spanOf(token) };
    }
    this.expected(what);
    return null;
  }

  /** Reports that something else should stand here: once for each token, since more would only be its echo. */
  expected(what: string): void {
    if (this.#lastError === this.#index) return;
    this.#lastError = this.#index;
    const token = this.token;
    if (token.kind === "unknown" && token.expansion === null) return;
    const found = token.kind === "end" ? "the end of the file" : `'${token.text.slice(0, 60)}'`;
    // A missing `;` or `)` is best shown behind what comes before it, not at the next line's first word.
    const before = this.#tokens[this.#index - 1];
    const missing =
      what === "';'" && before !== undefined
        ? { ...this.spanOf(before), start: before.end - 1 }
        : this.spanOf(token);
    this.report("IDL0201", missing, { expected: what, found });
  }

  report(id: DiagnosticId, span: Span, details: ReportDetails = {}, hint?: string): void {
    this.#reporter.report(id, span, details, hint);
  }

  spanOf(token: Token): Span {
    const { source, start, end, expansion } = token;
    return expansion === null ? { source, start, end } : { source, start, end, expansion };
  }

  /** From a token to the last one taken. */
  spanFrom(first: Token): Span {
    const last = this.#tokens[this.#index - 1] ?? first;
    return joinSpans(this.spanOf(first), this.spanOf(last));
  }

  /** The doc comment in front of the current token. */
  doc(): string | null {
    return docComment(this.token.source.text, this.token);
  }

  /** Runs a part that can contain itself. Too deep, it is not run and the rest of the file is given up. */
  nested<T>(parse: () => T): T | null {
    if (this.#depth >= this.limits.nesting) {
      this.report("IDL0005", this.spanOf(this.token), { limit: this.limits.nesting });
      this.#index = this.#tokens.length;
      this.#lastError = this.#index;
      return null;
    }
    this.#depth += 1;
    const result = parse();
    this.#depth -= 1;
    return result;
  }

  /** The text of the tokens from one index to another, with a space where white space or a comment stands between two. */
  textBetween(from: number, to: number): string {
    return this.#tokens
      .slice(from, to)
      .map((token, index) => (index > 0 && token.trivia.length > 0 ? ` ${token.text}` : token.text))
      .join("");
  }

  /** From an opening bracket past its partner, or to the end of the file if there is none. */
  skipBalanced(): void {
    const open: string[] = [];
    let braces = 0;
    do {
      const { text } = this.take();
      const closing = CLOSING[text];
      if (closing !== undefined) open.push(closing);
      if (text === "{") braces += 1;
      if (text === open.at(-1)) open.pop();
      // A brace closes what was left open inside it.
      else if (text === "}" && braces > 0) open.length = open.lastIndexOf("}");
      if (text === "}" && braces > 0) braces -= 1;
    } while (open.length > 0 && !this.atEnd);
  }

  /** Recovery: to the next of these texts outside brackets that open on the way; it is not taken. A `}` always stops. */
  skipTo(...stops: readonly string[]): void {
    while (!this.atEnd && !this.is("}") && !stops.includes(this.token.text)) {
      if (CLOSING[this.token.text] !== undefined) this.skipBalanced();
      else this.take();
    }
  }
}
