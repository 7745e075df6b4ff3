import type { Limits } from "../limits.js";
import { SourceFile } from "../source/source-file.js";
import type { Span } from "../source/span.js";
import { tokenize } from "../syntax/lexer.js";
import type { Token, Trivia } from "../syntax/token.js";

export interface Macro {
  readonly name: string;
  /** Null for a macro that takes no arguments. */
  readonly parameters: readonly string[] | null;
  readonly body: readonly Token[];
  /** Null for one that was defined outside any text. */
  readonly definition: Span | null;
}

const SILENT = { report() {} };
const SPACE: readonly Trivia[] = [{ kind: "whitespace", start: 0, end: 0 }];

/** Tokens of a directive's text from an offset on, placed where they stand; what is malformed is for its use to report. */
export function directiveTokens(source: SourceFile, start: number, end: number, limits: Limits): Token[] {
  const text = source.text.slice(start, end).replace(/\\\r?\n/g, (joint) => " ".repeat(joint.length));
  const tokens = tokenize(new SourceFile(source.path, text), SILENT, limits);
  return tokens
    .filter((token) => token.kind !== "end")
    .map((token) => ({ ...token, source, start: token.start + start, end: token.end + start }));
}

/** The macro that `#define` speaks of; null if what follows is none. */
export function parseMacro(tokens: readonly Token[]): Macro | null {
  const [name, open] = tokens;
  if (name?.kind !== "identifier") return null;
  const { source, start, end } = name;
  const definition = { source, start, end };
  if (open?.text !== "(" || open.start !== end) {
    return { name: name.text, parameters: null, body: tokens.slice(1).map(detached), definition };
  }
  const close = tokens.findIndex((token) => token.text === ")");
  const list = close < 0 ? [] : tokens.slice(2, close);
  const wellFormed = list.every((token, index) =>
    index % 2 === 0 ? token.kind === "identifier" || token.text === "..." : token.text === ",",
  );
  if (close < 0 || !wellFormed || (list.length > 0 && list.length % 2 === 0)) return null;
  const parameters = list.filter((_, index) => index % 2 === 0).map(({ text }) => text);
  return { name: name.text, parameters, body: tokens.slice(close + 1).map(detached), definition };
}

/** A macro given on the command line, or one that a compiler has of its own. */
export function predefinedMacro(name: string, value: string, limits: Limits): Macro {
  const source = new SourceFile("<predefined>", value);
  const body = directiveTokens(source, 0, value.length, limits).map(detached);
  return { name, parameters: null, body, definition: null };
}

/** True if two definitions say the same, as C lets them. */
export function sameMacro(left: Macro, right: Macro): boolean {
  const describe = (macro: Macro) =>
    JSON.stringify([macro.parameters, macro.body.map(({ text, trivia }) => [text, trivia.length > 0])]);
  return describe(left) === describe(right);
}

/** Of the trivia in front, only that there is some. */
function detached(token: Token): Token {
  return { ...token, trivia: token.trivia.length > 0 ? SPACE : [] };
}
