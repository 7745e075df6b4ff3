import type { Declarator, Expression, Level, UnsupportedNode } from "./ast.js";
import { isIgnoredWord, skipIgnoredWords } from "./parse-base-type.js";
import { parseExpression } from "./parse-expression.js";
import type { Token } from "./token.js";
import type { TokenCursor } from "./token-cursor.js";

/** `*a[3]`, `(*a)[2]`, or nothing at all (an abstract parameter); null after a report. */
export function parseDeclarator(cursor: TokenCursor): Declarator | null {
  const first = cursor.token;
  const pointers: Level[] = [];
  skipIgnoredWords(cursor);
  while (cursor.is("*")) {
    pointers.push({ kind: "pointer", span: cursor.spanOf(cursor.take()) });
    skipIgnoredWords(cursor);
  }
  const inner = parseDirectDeclarator(cursor);
  if (inner === null) return null;
  const arrays: Level[] = [];
  while (cursor.is("[")) {
    const level = parseArrayLevel(cursor);
    if (level === null) return null;
    arrays.push(level);
  }
  let unsupported = inner.unsupported ?? parseBitField(cursor);
  if (cursor.is("(") && inner.levels.length > 0) {
    unsupported ??= { kind: "unsupported", feature: "a function pointer", span: cursor.spanOf(cursor.token) };
    cursor.skipBalanced();
  }
  const levels = [...inner.levels, ...arrays, ...pointers.reverse()];
  const span = cursor.token === first ? cursor.spanOf(first) : cursor.spanFrom(first);
  if (levels.length > cursor.limits.nesting) {
    cursor.report("IDL0005", span, { limit: cursor.limits.nesting });
    return null;
  }
  return { name: inner.name, attributes: [], levels, unsupported, span };
}

/** A name, a declarator in parentheses, or nothing. */
function parseDirectDeclarator(cursor: TokenCursor): Declarator | null {
  const token = cursor.token;
  const span = cursor.spanOf(token);
  if (token.kind === "identifier")
    return { name: cursor.expectName("a name"), attributes: [], levels: [], unsupported: null, span };
  if (!cursor.is("(") || !startsInnerDeclarator(cursor.peek(1)))
    return { name: null, attributes: [], levels: [], unsupported: null, span };
  return cursor.nested(() => {
    cursor.take();
    const inner = parseDeclarator(cursor);
    return inner !== null && cursor.expect(")") ? inner : null;
  });
}

/** A calling convention may stand in front of the `*`. */
function startsInnerDeclarator(token: Token): boolean {
  return token.text === "*" || token.text === "(" || isIgnoredWord(token.text);
}

/** `[5]`, `[]`, `[*]`, `[0..4]` (upper bound inclusive), `[0..*]`. */
function parseArrayLevel(cursor: TokenCursor): Level | null {
  const open = cursor.take();
  let bound: Expression | null = null;
  let lower: Expression | null = null;
  if (cursor.is("*") && cursor.is("]", 1)) {
    cursor.take();
  } else if (!cursor.is("]")) {
    bound = parseExpression(cursor);
    if (bound === null) return null;
    if (cursor.accept("..")) {
      if (bound.kind !== "integer" || bound.value !== 0n) lower = bound;
      if (cursor.accept("*")) bound = null;
      else bound = inclusiveBound(parseExpression(cursor));
    }
  }
  return cursor.expect("]") ? { kind: "array", bound, lower, span: cursor.spanFrom(open) } : null;
}

function inclusiveBound(last: Expression | null): Expression | null {
  if (last === null) return null;
  const one: Expression = { kind: "integer", value: 1n, span: last.span };
  return { kind: "binary", operator: "+", left: last, right: one, span: last.span };
}

function parseBitField(cursor: TokenCursor): UnsupportedNode | null {
  if (!cursor.is(":")) return null;
  const colon = cursor.take();
  parseExpression(cursor);
  return { kind: "unsupported", feature: "a bit field", span: cursor.spanFrom(colon) };
}
