import type { BinaryOperator, Expression as ModelExpression, Scalar } from "../model.js";
import type { Span } from "../source/span.js";
import type { Expression, TypeSpecifier } from "../syntax/ast.js";
import { calculate } from "../syntax/calculate.js";
import type { CheckContext } from "./check-context.js";
import { memoryLayout } from "./memory-layout.js";
import { integer } from "./model-expression.js";
import { resolveReference } from "./resolve-reference.js";
import { withoutAliases } from "./resolved-type.js";
import { scalarRange, wrap } from "./scalar-range.js";
import { suggest } from "./suggest.js";
import type { ResolvedType } from "./symbols.js";

/** What a name that is no constant stands for; null after a report, undefined if there is no such name. */
export type SiblingLookup = (
  name: string,
  dereference: boolean,
  span: Span,
) => ModelExpression | null | undefined;

/** Names that a `did you mean` can offer besides constants. */
export interface Siblings {
  readonly what: "member" | "parameter";
  readonly names: Iterable<string>;
  readonly lookup: SiblingLookup;
  /** The same for `switch_is`, which takes booleans too. */
  readonly discriminant: SiblingLookup;
  /** The type of what a name of an expression stands for, dereferenced; null if there is no such sibling. */
  readonly typeOf: (name: string) => ResolvedType | null;
}

const LEAST = -(1n << 63n);
const MOST = (1n << 64n) - 1n;

/** The value of a constant integer expression; null after a report. */
export function evaluateInteger(expression: Expression, context: CheckContext): bigint | null {
  const folded = foldExpression(expression, context, null);
  return folded?.kind === "integer" ? BigInt(folded.value) : null;
}

/** An expression of the model, its constant parts evaluated as C does in 64 bits; null after a report. */
export function foldExpression(
  expression: Expression,
  context: CheckContext,
  siblings: Siblings | null,
): ModelExpression | null {
  const fold = (part: Expression) => foldExpression(part, context, siblings);
  switch (expression.kind) {
    case "integer":
      return within(expression.value, expression.span, context);
    case "boolean":
      return integer(expression.value ? 1n : 0n);
    case "name":
      return foldName(expression.name, false, expression.span, context, siblings);
    case "unary":
      return foldUnary(expression, context, siblings);
    case "binary": {
      const cast = asCast(expression, context);
      if (cast !== null) return fold(cast);
      const left = fold(expression.left);
      if (left === null) return null;
      const decided = shortCircuit(expression.operator, left);
      if (decided !== null) return decided;
      const right = fold(expression.right);
      return right === null ? null : foldBinary(expression.operator, left, right, expression, context);
    }
    case "conditional": {
      const present = whatIsPresent(expression);
      if (present !== null) return fold(present);
      const condition = fold(expression.condition);
      if (condition === null) return null;
      if (condition.kind === "integer")
        return fold(condition.value !== "0" ? expression.then : expression.otherwise);
      const then = fold(expression.then);
      const otherwise = fold(expression.otherwise);
      return then === null || otherwise === null ? null : { kind: "conditional", condition, then, otherwise };
    }
    case "cast":
      return foldCast(expression, context, siblings);
    case "sizeof":
      return foldSizeof(expression, context);
    case "unsupported":
      context.report("IDL0301", expression.span, { feature: expression.feature });
      return null;
    case "float":
      context.report("IDL0301", expression.span, { feature: "a floating-point constant" });
      return null;
    default:
      context.report("IDL0504", expression.span);
      return null;
  }
}

/** `p ? *p : 0` is `*p` here, since a null pointer counts as 0 anyway. */
function whatIsPresent(expression: Expression & { kind: "conditional" }): Expression | null {
  const { condition, then, otherwise } = expression;
  const isZero = otherwise.kind === "integer" && otherwise.value === 0n;
  const isSame =
    condition.kind === "name" &&
    then.kind === "unary" &&
    then.operator === "*" &&
    then.operand.kind === "name" &&
    then.operand.name === condition.name;
  return isZero && isSame ? then : null;
}

/** `(DWORD) - 1`, which only who knows that DWORD is a type can tell from a subtraction. */
function asCast(expression: Expression & { kind: "binary" }, context: CheckContext): Expression | null {
  const { left, operator, right, span } = expression;
  if (left.kind !== "name" || (operator !== "-" && operator !== "+")) return null;
  if (context.scope.find(left.name)?.kind !== "type") return null;
  const type: TypeSpecifier = {
    kind: "reference",
    name: { text: left.name, span: left.span },
    span: left.span,
  };
  return { kind: "cast", type, operand: { kind: "unary", operator, operand: right, span }, span };
}

function foldName(
  name: string,
  dereference: boolean,
  span: Span,
  context: CheckContext,
  siblings: Siblings | null,
): ModelExpression | null {
  const sibling = siblings?.lookup(name, dereference, span);
  if (sibling !== undefined) return sibling;
  const symbol = context.scope.find(name);
  if (symbol?.kind === "label" && !dereference) return integer(symbol.value);
  if (symbol?.kind === "constant" && !dereference) {
    if (symbol.value.kind === "integer") return integer(BigInt(symbol.value.value));
    if (symbol.value.kind === "boolean") return integer(symbol.value.value ? 1n : 0n);
  }
  if (symbol !== undefined) {
    if (symbol.kind !== "type" || symbol.type.kind !== "error") context.report("IDL0504", span);
    return null;
  }
  const candidates = [...(siblings?.names ?? []), ...context.scope.names("constant", "label")];
  context.report(
    "IDL0402",
    span,
    { name, siblings: siblings === null ? "" : `a ${siblings.what}, ` },
    context.reporter.full ? undefined : suggest(name, candidates),
  );
  return null;
}

function foldUnary(
  expression: Expression & { kind: "unary" },
  context: CheckContext,
  siblings: Siblings | null,
): ModelExpression | null {
  const { operator, operand: inner, span } = expression;
  if (operator === "&") {
    context.report("IDL0504", span);
    return null;
  }
  if (operator === "*") {
    if (inner.kind === "name") return foldName(inner.name, true, span, context, siblings);
    context.report("IDL0504", span);
    return null;
  }
  const operand = foldExpression(inner, context, siblings);
  if (operand?.kind !== "integer") return operand === null ? null : { kind: "unary", operator, operand };
  const value = BigInt(operand.value);
  if (operator === "-") return within(-value, span, context);
  if (operator === "~") return within(~value, span, context);
  if (operator === "!") return integer(value === 0n ? 1n : 0n);
  return operand;
}

/** `0 && x` and `1 || x` do not look at x. */
function shortCircuit(operator: BinaryOperator, left: ModelExpression): ModelExpression | null {
  if (left.kind !== "integer") return null;
  if (operator === "&&" && left.value === "0") return integer(0n);
  if (operator === "||" && left.value !== "0") return integer(1n);
  return null;
}

function foldBinary(
  operator: BinaryOperator,
  left: ModelExpression,
  right: ModelExpression,
  expression: Expression & { kind: "binary" },
  context: CheckContext,
): ModelExpression | null {
  if (right.kind === "integer") {
    if ((operator === "/" || operator === "%") && right.value === "0") {
      context.report("IDL0501", expression.right.span);
      return null;
    }
    const count = BigInt(right.value);
    if ((operator === "<<" || operator === ">>") && (count < 0n || count > 63n)) {
      context.report("IDL0506", expression.right.span, { count });
      return null;
    }
  }
  if (left.kind !== "integer" || right.kind !== "integer") return { kind: "binary", operator, left, right };
  return within(calculate(operator, BigInt(left.value), BigInt(right.value)), expression.span, context);
}

function foldCast(
  expression: Expression & { kind: "cast" },
  context: CheckContext,
  siblings: Siblings | null,
): ModelExpression | null {
  const operand = foldExpression(expression.operand, context, siblings);
  const type = withoutAliases(resolveReference(expression.type, context));
  if (operand === null || type.kind === "error") return null;
  if (operand.kind !== "integer") {
    const isEnum = type.kind === "named" && type.symbol.kind === "enum";
    const cast = isEnum ? operand : type.kind === "scalar" ? castOperand(operand, type.scalar) : null;
    if (cast === null)
      context.report("IDL0301", expression.span, { feature: "a cast of this value to this type" });
    return cast;
  }
  if (type.kind === "scalar" && type.scalar === "boolean") return integer(operand.value === "0" ? 0n : 1n);
  const range = type.kind === "scalar" ? scalarRange(type.scalar) : null;
  if (range !== null) return integer(wrap(BigInt(operand.value), range));
  context.report("IDL0504", expression.span);
  return null;
}

/** A run-time value cast to a type that is wide enough for a count, or masked to one without a sign. */
function castOperand(operand: ModelExpression, scalar: Scalar): ModelExpression | null {
  const range = scalarRange(scalar);
  if (range === null) return null;
  if (range.size >= 4) return operand;
  return range.min < 0n ? null : { kind: "binary", operator: "&", left: operand, right: integer(range.max) };
}

function foldSizeof(
  expression: Expression & { kind: "sizeof" },
  context: CheckContext,
): ModelExpression | null {
  const type = withoutAliases(resolveReference(expression.type, context));
  if (type.kind === "error") return null;
  const layout = memoryLayout(type);
  if (layout !== null) return integer(BigInt(layout.size));
  context.report("IDL0301", expression.span, { feature: "sizeof of a type that differs between systems" });
  return null;
}

function within(value: bigint, span: Span, context: CheckContext): ModelExpression | null {
  if (value >= LEAST && value <= MOST) return integer(value);
  context.report("IDL0503", span);
  return null;
}
