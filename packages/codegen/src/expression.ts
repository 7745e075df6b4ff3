import type { BinaryOperator, Expression, Member } from "@ncalrpc/idl";
import { type Doc, group, indent, line } from "./doc.js";
import type { ModelIndex } from "./model-index.js";
import { scalarLayout } from "./scalar-layout.js";

/** JavaScript text and the operator at its top: null for what never needs parentheses. */
export interface Term {
  readonly text: string;
  readonly operator: Operator | null;
}

type Operator = "?" | "unary" | "??" | BinaryOperator;

/** How strongly operators bind in JavaScript, from the weakest. */
const precedence: readonly (readonly Operator[])[] = [
  ["?"],
  ["||", "??"],
  ["&&"],
  ["|"],
  ["^"],
  ["&"],
  ["==", "!="],
  ["<", "<=", ">", ">="],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "%"],
  ["unary"],
];

function strength(operator: Operator): number {
  return precedence.findIndex((row) => row.includes(operator));
}

function isOneOf(operator: Operator, ...operators: Operator[]): boolean {
  return operators.includes(operator);
}

/** Whether Biome prints `inner` as an operand of `outer` in parentheses: also where they only help a reader. */
function needsParentheses(outer: Operator, inner: Operator, right: boolean): boolean {
  const difference = strength(outer) - strength(inner);
  if (difference > 0) return true;
  if (difference === 0) return right || outer === "unary" || outer === "?" || !mayChain(outer, inner);
  if (inner === "%") return isOneOf(outer, "+", "-");
  if (outer === "||") return inner === "&&";
  return isOneOf(outer, "|", "^", "&", "<<", ">>") && inner !== "unary";
}

function mayChain(outer: Operator, inner: Operator): boolean {
  if (isOneOf(outer, "==", "!=", "<<", ">>")) return false;
  return !isOneOf(outer, "*", "/", "%") || (outer === inner && outer !== "%");
}

function operand(term: Term, outer: Operator, right = false): string {
  return term.operator !== null && needsParentheses(outer, term.operator, right)
    ? `(${term.text})`
    : term.text;
}

/** What the names in an expression are: from an IDL name to JavaScript of a number. */
export type Operands = (name: string) => Term;

/** An expression of size_is and its like, as JavaScript over numbers. */
export function expressionText(expression: Expression, operands: Operands): string {
  return number(expression, operands).text;
}

/** An expression as the right operand of `operator`. */
export function operandText(expression: Expression, operator: BinaryOperator, operands: Operands): string {
  return operand(number(expression, operands), operator, true);
}

/** `value === expression`. */
export function equals(value: string, expression: Expression, operands: Operands): Doc {
  return comparison(value, "===", operand(number(expression, operands), "==", true));
}

/** `expression === 0`. */
export function isZero(expression: Expression, operands: Operands): string {
  return `${operand(number(expression, operands), "==")} === 0`;
}

/** `value <= expression`. */
export function atMost(value: string, expression: Expression, operands: Operands): Doc {
  return comparison(value, "<=", operand(number(expression, operands), "<=", true));
}

/** `left operator right`, with a break after the operator if need be. */
export function comparison(left: Doc, operator: string, right: Doc): Doc {
  return group(left, ` ${operator}`, indent(line, right));
}

function number(expression: Expression, operands: Operands): Term {
  switch (expression.kind) {
    case "integer":
      return { text: expression.value, operator: expression.value.startsWith("-") ? "unary" : null };
    case "name":
      return operands(expression.name);
    case "unary": {
      if (expression.operator === "!") return truth(condition(expression, operands));
      return {
        text: expression.operator + operand(number(expression.operand, operands), "unary"),
        operator: "unary",
      };
    }
    case "binary": {
      if (isCondition(expression.operator)) return truth(condition(expression, operands));
      const term = binary(
        expression.operator,
        number(expression.left, operands),
        number(expression.right, operands),
      );
      // C divides integers towards zero.
      return expression.operator === "/" ? { text: `Math.trunc(${term.text})`, operator: null } : term;
    }
    case "conditional": {
      const test = operand(condition(expression.condition, operands), "?");
      const { text: yes } = number(expression.then, operands);
      const { text: no } = number(expression.otherwise, operands);
      return { text: `${test} ? ${yes} : ${no}`, operator: "?" };
    }
  }
}

function binary(operator: BinaryOperator, left: Term, right: Term): Term {
  const written = operator === "==" || operator === "!=" ? `${operator}=` : operator;
  return { text: `${operand(left, operator)} ${written} ${operand(right, operator, true)}`, operator };
}

function isCondition(operator: BinaryOperator): boolean {
  return isOneOf(operator, "||", "&&", "==", "!=", "<", "<=", ">", ">=");
}

/** The condition under which an expression is 0. */
function negated(expression: Expression, operands: Operands): Term {
  const isTruth =
    (expression.kind === "binary" && isCondition(expression.operator)) ||
    (expression.kind === "unary" && expression.operator === "!");
  if (!isTruth) return binary("==", number(expression, operands), { text: "0", operator: null });
  return { text: `!${operand(condition(expression, operands), "unary")}`, operator: "unary" };
}

/** A condition as a number, as C has it. */
function truth(term: Term): Term {
  return { text: `Number(${term.text})`, operator: null };
}

function condition(expression: Expression, operands: Operands): Term {
  if (expression.kind === "unary" && expression.operator === "!") {
    return negated(expression.operand, operands);
  }
  if (expression.kind === "binary" && isCondition(expression.operator)) {
    const side = isOneOf(expression.operator, "||", "&&") ? condition : number;
    return binary(expression.operator, side(expression.left, operands), side(expression.right, operands));
  }
  return binary("!=", number(expression, operands), { text: "0", operator: null });
}

/** An expression as IDL has it, for messages. */
export function idlText(expression: Expression): string {
  switch (expression.kind) {
    case "integer":
      return expression.value;
    case "name":
      return expression.dereference ? `*${expression.name}` : expression.name;
    case "unary":
      return `${expression.operator}${idlOperand(expression.operand)}`;
    case "binary":
      return `${idlOperand(expression.left)} ${expression.operator} ${idlOperand(expression.right)}`;
    case "conditional":
      return `${idlOperand(expression.condition)} ? ${idlOperand(expression.then)} : ${idlOperand(expression.otherwise)}`;
  }
}

function idlOperand(expression: Expression): string {
  const simple = expression.kind === "integer" || expression.kind === "name";
  return simple ? idlText(expression) : `(${idlText(expression)})`;
}

/** The names that an expression refers to. */
export function operandNames(expression: Expression | null): string[] {
  if (expression === null) return [];
  switch (expression.kind) {
    case "integer":
      return [];
    case "name":
      return [expression.name];
    case "unary":
      return operandNames(expression.operand);
    case "binary":
      return [...operandNames(expression.left), ...operandNames(expression.right)];
    case "conditional":
      return [
        ...operandNames(expression.condition),
        ...operandNames(expression.then),
        ...operandNames(expression.otherwise),
      ];
  }
}

/**
 * A member's value as a number: 64-bit integers and booleans are converted, null counts as 0. What points to an array
 * points to its first element.
 */
export function asNumber(index: ModelIndex, member: Member, text: string): Term {
  let value = text;
  let isNullable = false;
  let resolved = index.resolve(member.type);
  for (; resolved.kind === "pointer"; resolved = index.resolve(resolved.target)) {
    if (resolved.pointer === "ref") continue;
    if (index.isBoxed(resolved)) value += "?.value";
    isNullable = true;
  }
  if (resolved.kind === "array") {
    value += isNullable ? "?.[0]" : "[0]";
    isNullable = true;
    resolved = index.resolve(resolved.element);
  }
  const isNumber = resolved.kind !== "scalar" || scalarLayout(resolved.scalar).type === "number";
  const present = isNullable ? `${value} ?? 0` : value;
  if (!isNumber) return { text: `Number(${present})`, operator: null };
  return { text: present, operator: isNullable ? "??" : null };
}
