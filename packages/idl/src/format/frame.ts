import type { Token } from "../syntax/token.js";
import type { Pair } from "./brackets.js";

/**
 * What brackets hold. `statements` and `list` may be laid out a line each; `flat` stands on one line. Expressions are
 * `flat` too.
 */
export interface Frame {
  readonly kind: "statements" | "attributes" | "parameters" | "labels" | "flat";
  readonly isExpression: boolean;
  readonly pair: Pair;
}

const BODIES_OF_TYPES = new Set(["struct", "union", "enum", "bitmap"]);
const BODIES_OF_LABELS = new Set(["enum", "bitmap"]);
const UNBREAKABLE = new Set(["cpp_quote", "midl_pragma", "pragma", "__declspec"]);

/** The keyword that says what the `{` of a statement opens; null for an interface and its like. */
export function bodyKeyword(tokens: readonly Token[], statement: number, open: number): string | null {
  let depth = 0;
  for (let index = open - 1; index >= statement; index -= 1) {
    const text = tokens[index]?.text ?? "";
    if (text === ")" || text === "]") depth += 1;
    else if (text === "(" || text === "[") depth -= 1;
    else if (depth === 0 && BODIES_OF_TYPES.has(text)) return text;
  }
  return null;
}

/** What an opening bracket opens, by what is around it. */
export function openFrame(tokens: readonly Token[], pair: Pair, parent: Frame, statement: number): Frame {
  const text = tokens[pair.open]?.text;
  const before = tokens[pair.open - 1];
  if (text === "{") {
    const keyword = bodyKeyword(tokens, statement, pair.open);
    const kind = keyword !== null && BODIES_OF_LABELS.has(keyword) ? "labels" : "statements";
    return { kind, isExpression: false, pair };
  }
  if (text === "[") {
    const isAttribute = !parent.isExpression && !followsDeclared(before);
    return { kind: isAttribute ? "attributes" : "flat", isExpression: !isAttribute, pair };
  }
  if (parent.kind === "attributes" || parent.isExpression) return { kind: "flat", isExpression: true, pair };
  const isList =
    parent.kind === "statements" && before?.kind === "identifier" && !UNBREAKABLE.has(before.text);
  const isDeclarator = tokens[pair.open + 1]?.text === "*" || before?.text === "switch";
  return { kind: isList && !isDeclarator ? "parameters" : "flat", isExpression: false, pair };
}

/** Whether a `[` after this token gives a bound. */
function followsDeclared(token: Token | undefined): boolean {
  if (token === undefined) return false;
  if (token.kind === "identifier") return token.text !== "typedef";
  return token.text === "]" || token.text === ")";
}

/** Whether the `}` of this body ends its statement: that of an interface does, that of a struct may have declarators. */
export function endsStatement(keyword: string | null, next: Token | undefined): boolean {
  return keyword === null && next?.text !== ";";
}

/** `cpp_quote("...")` needs no semicolon. */
export function isUnendedStatement(tokens: readonly Token[], pair: Pair): boolean {
  const name = tokens[pair.open - 1]?.text ?? "";
  return (name === "cpp_quote" || name === "midl_pragma") && tokens[pair.close + 1]?.text !== ";";
}
