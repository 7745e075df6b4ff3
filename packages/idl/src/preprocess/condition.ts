import type { Reporter } from "../diagnostics/reporter.js";
import type { Limits } from "../limits.js";
import type { Span } from "../source/span.js";
import type { Expression } from "../syntax/ast.js";
import { calculate } from "../syntax/calculate.js";
import { parseExpression } from "../syntax/parse-expression.js";
import type { Token } from "../syntax/token.js";
import { TokenCursor } from "../syntax/token-cursor.js";
import type { Expander } from "./expander.js";

/** The value of an `#if`; false after a report. */
export function evaluateCondition(
  name: string,
  tokens: readonly Token[],
  expander: Expander,
  span: Span,
  reporter: Reporter,
  limits: Limits,
): boolean {
  const replaced = expander.expand(replaceDefined(tokens, expander)).map(nameToZero);
  const cursor = new TokenCursor(span.source, replaced, reporter, limits);
  if (replaced.length === 0) {
    reporter.report("IDL0111", span, { name, needs: "a condition" });
    return false;
  }
  const expression = parseExpression(cursor);
  if (expression === null) return false;
  if (!cursor.atEnd) {
    reporter.report("IDL0111", span, { name, needs: "one condition" });
    return false;
  }
  const value = evaluate(expression);
  if (value === null) reporter.report("IDL0111", span, { name, needs: "a condition over integers" });
  return value !== null && value !== 0n;
}

/** `defined X` and `defined(X)`, before macros are expanded. */
function replaceDefined(tokens: readonly Token[], expander: Expander): Token[] {
  const out: Token[] = [];
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index];
    if (token === undefined) break;
    const inParentheses = tokens[index + 1]?.text === "(" && tokens[index + 3]?.text === ")";
    const name = tokens[index + (inParentheses ? 2 : 1)];
    if (token.text !== "defined" || name?.kind !== "identifier") {
      out.push(token);
      continue;
    }
    out.push({ ...token, kind: "integer", text: expander.macros.has(name.text) ? "1" : "0" });
    index += inParentheses ? 3 : 1;
  }
  return out;
}

/** A name that is no macro is 0. */
function nameToZero(token: Token): Token {
  return token.kind === "identifier" ? { ...token, kind: "integer", text: "0" } : token;
}

/** Null if it is not an expression of integers, divides by zero or shifts too far. */
function evaluate(expression: Expression): bigint | null {
  switch (expression.kind) {
    case "integer":
      return expression.value;
    case "unary": {
      const value = evaluate(expression.operand);
      if (value === null) return null;
      if (expression.operator === "-") return -value;
      if (expression.operator === "~") return ~value;
      if (expression.operator === "!") return value === 0n ? 1n : 0n;
      return expression.operator === "+" ? value : null;
    }
    case "binary": {
      const left = evaluate(expression.left);
      if (left === null) return null;
      if (expression.operator === "&&" && left === 0n) return 0n;
      if (expression.operator === "||" && left !== 0n) return 1n;
      const right = evaluate(expression.right);
      if (right === null) return null;
      const divides = expression.operator === "/" || expression.operator === "%";
      const shifts = expression.operator === "<<" || expression.operator === ">>";
      if ((divides && right === 0n) || (shifts && (right < 0n || right > 63n))) return null;
      return BigInt.asIntN(64, calculate(expression.operator, left, right));
    }
    case "conditional": {
      const condition = evaluate(expression.condition);
      if (condition === null) return null;
      return evaluate(condition !== 0n ? expression.then : expression.otherwise);
    }
    default:
      return null;
  }
}
