import type { Token } from "../syntax/token.js";

/** What two neighbours on a line are looked at in. */
export interface SpacingContext {
  /** Operators are binary here: in sizes, bounds, values. Elsewhere `*` makes a pointer. */
  readonly isExpression: boolean;
  /** Among attributes nothing is declared: what stands before a parenthesis is an attribute's name. */
  readonly inAttributes: boolean;
  /** The colon of a `case` or `default`. */
  readonly isLabel: boolean;
  /** The token before the left one. */
  readonly before: Token | undefined;
  /** The token after the right one. */
  readonly after: Token | undefined;
}

const TIGHT_BEFORE = new Set([")", "]", ";", ",", ".", "->", ".."]);
const TIGHT_AFTER = new Set(["(", "[", ".", "->", "..", "!", "~"]);
const SIGNS = new Set(["*", "&", "+", "-"]);
const OPERAND_ENDS = new Set([")", "]"]);
/** Pairs that the lexer would read as one. */
const JOINED = new Set(["..", "...", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "->", "//", "/*"]);

/** The one way to stand beside each other: "" or " ". Never lets two tokens run into one. */
export function gapBetween(left: Token, right: Token, context: SpacingContext): "" | " " {
  const isTight = wantsNone(left, right, context);
  return isTight && !runTogether(left, right) ? "" : " ";
}

function wantsNone(left: Token, right: Token, context: SpacingContext): boolean {
  const { isExpression, before } = context;
  if (left.text === "{" || right.text === "}") return left.text === "{" && right.text === "}";
  if (left.text === ":" && right.text === ";") return false;
  if (TIGHT_BEFORE.has(right.text)) return left.text !== "," || right.text !== ",";
  if (TIGHT_AFTER.has(left.text) && left.kind === "punctuation") return true;
  if (right.text === ":") return context.isLabel;
  if (right.text === "(") return isTightParenthesis(left, context);
  if (right.text === "[")
    return left.kind === "identifier" || OPERAND_ENDS.has(left.text) ? isBound(left) : false;
  if (SIGNS.has(left.text)) {
    if (left.text === "*" && !isExpression) return true;
    return !endsOperand(before) || isPointerStar(left, right, isExpression);
  }
  return false;
}

/** `f(`, `size_is(`; but `switch (`, and `byte (*p)[4]`. */
function isTightParenthesis(
  left: Token,
  { isExpression, inAttributes, after, before }: SpacingContext,
): boolean {
  if (left.kind === "identifier") {
    if (left.text === "switch") return false;
    return isExpression || inAttributes || after?.text !== "*";
  }
  if (SIGNS.has(left.text)) return !endsOperand(before) || (left.text === "*" && !isExpression);
  return left.text === ")" && !isExpression;
}

/** `a[4]` against `typedef [public]`. */
function isBound(left: Token): boolean {
  return left.text !== "typedef";
}

function isPointerStar(left: Token, right: Token, isExpression: boolean): boolean {
  return left.text === "*" && (!isExpression || right.text === "*");
}

/** Whether an operator after this token is binary. */
function endsOperand(token: Token | undefined): boolean {
  if (token === undefined || token.text === "case" || token.text === "return") return false;
  return token.kind !== "punctuation" || OPERAND_ENDS.has(token.text);
}

function runTogether(left: Token, right: Token): boolean {
  if (left.kind === "punctuation" && right.kind === "punctuation") {
    const pair = left.text + right.text;
    return [2, 3].some((length) => {
      const start = Math.max(0, left.text.length - length + 1);
      for (let at = start; at < left.text.length; at += 1)
        if (JOINED.has(pair.slice(at, at + length))) return true;
      return false;
    });
  }
  if (left.kind === "uuid" && right.text.startsWith("-")) return true;
  // A dot beside a number would be its decimal point.
  if (left.kind === "punctuation")
    return left.text.endsWith(".") && right.kind !== "identifier" && left.text !== "..";
  if (right.kind === "punctuation")
    return (
      right.text.startsWith(".") &&
      (right.text !== ".." || left.text.endsWith(".")) &&
      left.kind !== "identifier"
    );
  return true;
}
