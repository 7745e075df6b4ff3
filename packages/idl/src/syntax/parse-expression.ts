import type { BinaryOperator } from "../model.js";
import { joinSpans, type Span } from "../source/span.js";
import type { Expression, TypeSpecifier } from "./ast.js";
import { decodeEscapes } from "./escape-sequence.js";
import { integerValue } from "./number-literal.js";
import { isBaseTypeWord, parseBaseType, skipIgnoredWords } from "./parse-base-type.js";
import type { Token } from "./token.js";
import type { TokenCursor } from "./token-cursor.js";

const PRECEDENCE: Readonly<Record<BinaryOperator, number>> = {
  "||": 1,
  "&&": 2,
  "|": 3,
  "^": 4,
  "&": 5,
  "==": 6,
  "!=": 6,
  "<": 7,
  "<=": 7,
  ">": 7,
  ">=": 7,
  "<<": 8,
  ">>": 8,
  "+": 9,
  "-": 9,
  "*": 10,
  "/": 10,
  "%": 10,
};

type UnaryOperator = (Expression & { kind: "unary" })["operator"];
const UNARY: readonly UnaryOperator[] = ["-", "+", "~", "!", "*", "&"];

/** A C expression without comma and assignment; null after a report. */
export function parseExpression(cursor: TokenCursor): Expression | null {
  return new ExpressionParser(cursor).conditional();
}

class ExpressionParser {
  readonly #cursor: TokenCursor;
  #nodes = 0;

  constructor(cursor: TokenCursor) {
    this.#cursor = cursor;
  }

  conditional(): Expression | null {
    return this.#cursor.nested(() => {
      const condition = this.#binary(1);
      if (condition === null || !this.#cursor.accept("?")) return condition;
      const then = this.conditional();
      if (then === null || !this.#cursor.expect(":")) return null;
      const otherwise = this.conditional();
      if (otherwise === null) return null;
      return this.#counted({
        kind: "conditional",
        condition,
        then,
        otherwise,
        span: joinSpans(condition.span, otherwise.span),
      });
    });
  }

  #binary(least: number): Expression | null {
    let left = this.#unary();
    while (left !== null) {
      const operator = binaryOperator(this.#cursor.token);
      if (operator === null || PRECEDENCE[operator] < least) return left;
      this.#cursor.take();
      const right = this.#binary(PRECEDENCE[operator] + 1);
      if (right === null) return null;
      left = this.#counted({ kind: "binary", operator, left, right, span: joinSpans(left.span, right.span) });
    }
    return null;
  }

  #unary(): Expression | null {
    const first = this.#cursor.token;
    const operator = UNARY.find((candidate) => candidate === first.text);
    if (operator === undefined && !this.#atCast()) return this.#primary();
    return this.#cursor.nested(() => {
      const type = operator === undefined ? this.#parenthesizedType() : null;
      if (operator !== undefined) this.#cursor.take();
      const operand = this.#unary();
      if (operand === null) return null;
      const span = this.#cursor.spanFrom(first);
      if (operator !== undefined) return this.#counted({ kind: "unary", operator, operand, span });
      return type === null ? null : this.#counted({ kind: "cast", type, operand, span });
    });
  }

  /** `(long) x` and `(DWORD) 5` are casts; `(N) - 1` is a subtraction. */
  #atCast(): boolean {
    const cursor = this.#cursor;
    if (!cursor.is("(")) return false;
    if (isBaseTypeWord(cursor.peek(1).text)) return true;
    if (cursor.peek(1).kind === "identifier" && cursor.is("*", 2) && cursor.is(")", 3)) return true;
    if (cursor.peek(1).kind !== "identifier" || !cursor.is(")", 2)) return false;
    const next = cursor.peek(3);
    return (
      ["identifier", "integer", "character", "string"].includes(next.kind) ||
      ["(", "~", "!"].includes(next.text)
    );
  }

  #parenthesizedType(): TypeSpecifier | null {
    const cursor = this.#cursor;
    if (!cursor.expect("(")) return null;
    skipIgnoredWords(cursor);
    const first = cursor.token;
    let type: TypeSpecifier;
    if (isBaseTypeWord(first.text)) {
      type = parseBaseType(cursor);
    } else {
      const name = cursor.expectName("a type");
      if (name === null) return null;
      type = { kind: "reference", name, span: name.span };
    }
    if (cursor.is("*")) {
      while (cursor.accept("*"));
      type = { kind: "unsupported", feature: "pointer type in an expression", span: cursor.spanFrom(first) };
    }
    return cursor.expect(")") ? type : null;
  }

  #primary(): Expression | null {
    const cursor = this.#cursor;
    const token = cursor.token;
    const span = cursor.spanOf(token);
    switch (token.kind) {
      case "integer":
        cursor.take();
        return this.#counted({ kind: "integer", value: integerValue(token.text), span });
      case "float":
        cursor.take();
        return this.#counted({ kind: "float", span });
      case "character":
      case "wideCharacter":
        cursor.take();
        return this.#character(token);
      case "string":
      case "wideString":
        return this.#string();
      case "identifier":
        return this.#name();
      default:
        break;
    }
    if (!cursor.accept("(")) {
      if (token.kind === "unknown") cursor.take();
      else cursor.expected("an expression");
      return null;
    }
    const inner = this.conditional();
    return inner !== null && cursor.expect(")") ? { ...inner, span: cursor.spanFrom(token) } : null;
  }

  #name(): Expression | null {
    const cursor = this.#cursor;
    const token = cursor.take();
    const span = cursor.spanOf(token);
    if (token.text === "sizeof") {
      const type = this.#parenthesizedType();
      return type === null ? null : this.#counted({ kind: "sizeof", type, span: cursor.spanFrom(token) });
    }
    if (token.text === "TRUE" || token.text === "true")
      return this.#counted({ kind: "boolean", value: true, span });
    if (token.text === "FALSE" || token.text === "false")
      return this.#counted({ kind: "boolean", value: false, span });
    if (token.text === "NULL") return this.#counted({ kind: "null", span });
    if (cursor.is("->") || cursor.is(".")) {
      while (cursor.accept("->") || cursor.accept(".")) cursor.take();
      return this.#foreign("member access in an expression", token);
    }
    if (cursor.is("(")) {
      cursor.skipBalanced();
      return this.#foreign("a function call in an expression", token);
    }
    return this.#counted({ kind: "name", name: token.text, span });
  }

  #foreign(feature: string, first: Token): Expression | null {
    return this.#counted({ kind: "unsupported", feature, span: this.#cursor.spanFrom(first) });
  }

  /** C's multi-character constants have no portable value and are refused. */
  #character(token: Token): Expression | null {
    const span = this.#cursor.spanOf(token);
    const value = this.#decode(token);
    if (value.length !== 1) {
      this.#cursor.report("IDL0106", span, { text: token.text });
      return null;
    }
    return this.#counted({ kind: "integer", value: BigInt(value.charCodeAt(0)), span });
  }

  /** Neighbouring string literals are one string. */
  #string(): Expression | null {
    const cursor = this.#cursor;
    const first = cursor.token;
    const parts: string[] = [];
    let unit: "char" | "wchar_t" = "char";
    while (cursor.token.kind === "string" || cursor.token.kind === "wideString") {
      if (cursor.token.kind === "wideString") unit = "wchar_t";
      parts.push(this.#decode(cursor.take()));
    }
    return this.#counted({ kind: "string", unit, value: parts.join(""), span: cursor.spanFrom(first) });
  }

  /** A backslash that begins no escape sequence stands for itself, as in paths that forget to double it. */
  #decode(token: Token): string {
    const body = token.text.slice(token.kind.startsWith("wide") ? 2 : 1, -1);
    const value = decodeEscapes(body);
    if (value === null) this.#cursor.report("IDL0105", this.#cursor.spanOf(token), { text: token.text });
    return value ?? body;
  }

  /** Long chains are deep trees, so operators are counted besides brackets. */
  #counted(node: Expression): Expression | null {
    this.#nodes += 1;
    if (this.#nodes <= this.#cursor.limits.expressionNodes) return node;
    if (this.#nodes === this.#cursor.limits.expressionNodes + 1) this.#reportSize(node.span);
    return null;
  }

  #reportSize(span: Span): void {
    this.#cursor.report("IDL0006", span, { limit: this.#cursor.limits.expressionNodes });
  }
}

function binaryOperator(token: Token): BinaryOperator | null {
  return token.kind === "punctuation" && isBinaryOperator(token.text) ? token.text : null;
}

function isBinaryOperator(text: string): text is BinaryOperator {
  return Object.hasOwn(PRECEDENCE, text);
}
