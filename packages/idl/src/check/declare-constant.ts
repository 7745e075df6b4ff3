import type { ConstantValue } from "../model.js";
import type { ConstantNode } from "../syntax/ast.js";
import { AttributeSet } from "./attribute-set.js";
import type { CheckContext } from "./check-context.js";
import { evaluateInteger } from "./fold-expression.js";
import { foreignPart } from "./foreign-expression.js";
import { resolveReference } from "./resolve-reference.js";
import { integerScalar, withoutAliases } from "./resolved-type.js";
import { type ScalarRange, scalarRange, wrap } from "./scalar-range.js";
import { declaredShape, exposeLevels } from "./shape.js";

/** What a constant that does not fit its type is, as in C, where it is a macro: the first type that holds it. */
const WIDER = ["int32", "uint32", "int64", "uint64"] as const;

/** `const T NAME = value;` */
export function declareConstant(node: ConstantNode, context: CheckContext): void {
  new AttributeSet(node.attributes, "constant", context);
  const { name } = node.declarator;
  const errors = context.reporter.errorCount;
  const value = constantValue(node, context);
  if (name === null) return;
  if (value === null) {
    // After an error its uses are not to be reported too; what uses one that is left out is left out itself.
    const isError = context.reporter.errorCount > errors;
    const feature = `constant '${name.text}', which is not generated`;
    const type = isError ? ({ kind: "error" } as const) : ({ kind: "foreign", feature } as const);
    context.declare(name, { kind: "type", type, span: name.span });
    return;
  }
  if (!context.declare(name, { kind: "constant", value, span: name.span })) return;
  context.unit.constants.push({ name: name.text, doc: node.doc, value, span: name.span });
}

function constantValue(node: ConstantNode, context: CheckContext): ConstantValue | null {
  const shape = exposeLevels(
    declaredShape(resolveReference(node.type, context), node.declarator, context),
    1,
  );
  const bare = withoutAliases(shape.base);
  if (bare.kind === "error") return null;
  if (bare.kind === "foreign") {
    reportLeftOut(node, `it is ${bare.feature}`, context);
    return null;
  }
  const feature = foreignPart(node.value, context, null);
  if (feature !== null) {
    reportLeftOut(node, `it holds ${feature}`, context);
    return null;
  }
  const text = stringUnit(bare, shape.levels);
  if (text !== null) return stringValue(node, text, context);
  if (shape.levels.length === 0) {
    if (bare.kind === "scalar" && bare.scalar === "boolean") {
      const value = evaluateInteger(node.value, context);
      return value === null ? null : { kind: "boolean", value: value !== 0n };
    }
    const isFloat = bare.kind === "scalar" && (bare.scalar === "float" || bare.scalar === "double");
    if (isFloat || node.value.kind === "float") {
      reportLeftOut(node, "it is a floating-point number", context);
      return null;
    }
    const scalar = integerScalar(bare);
    const range = scalar === null ? null : scalarRange(scalar);
    if (scalar !== null && range !== null) return integerValue(node, scalar, range, context);
  }
  reportLeftOut(node, "it is no integer, boolean, character or string", context);
  return null;
}

function stringUnit(
  base: ReturnType<typeof withoutAliases>,
  levels: ReturnType<typeof exposeLevels>["levels"],
): "char" | "wchar_t" | null {
  if (base.kind === "string" && levels.length === 1 && base.unit !== "byte") return base.unit;
  if (base.kind !== "scalar" || levels.length !== 1) return null;
  return base.scalar === "char" || base.scalar === "wchar_t" ? base.scalar : null;
}

function stringValue(
  node: ConstantNode,
  unit: "char" | "wchar_t",
  context: CheckContext,
): ConstantValue | null {
  if (node.value.kind === "string") return { kind: "string", unit, value: node.value.value };
  if (node.value.kind === "name") {
    const symbol = context.scope.find(node.value.name);
    if (symbol?.kind === "constant" && symbol.value.kind === "string") return { ...symbol.value, unit };
  }
  if (node.value.kind === "cast" || node.value.kind === "null")
    reportLeftOut(node, "it is no string", context);
  else reportMisfit(node, `${unit} *`, context);
  return null;
}

function integerValue(
  node: ConstantNode,
  scalar: NonNullable<ReturnType<typeof integerScalar>>,
  range: ScalarRange,
  context: CheckContext,
): ConstantValue | null {
  if (node.value.kind === "string" || node.value.kind === "null") {
    reportMisfit(node, scalar, context);
    return null;
  }
  const given = evaluateInteger(node.value, context);
  if (given === null) return null;
  // As in C, a hexadecimal pattern of the type's width is the number that has these bits.
  const { source, start, end, expansion } = node.value.span;
  const isPattern = expansion !== undefined || /0x/i.test(source.text.slice(start, end));
  const fits = isPattern && given > range.max && given < 1n << BigInt(range.size * 8);
  const value = fits ? BigInt.asIntN(range.size * 8, given) : given;
  if (value >= range.min && value <= range.max) return { kind: "integer", scalar, value: value.toString() };
  // C takes ~0 and -1 for all bits of a type without a sign.
  const wrapped = wrap(value, range);
  if (value < 0n && range.min === 0n && -value <= range.max)
    return { kind: "integer", scalar, value: wrapped.toString() };
  const wide = WIDER.find((candidate) => {
    const limits = scalarRange(candidate);
    return limits !== null && value >= limits.min && value <= limits.max;
  });
  context.report("IDL0502", node.value.span, { value, type: scalar, wide: wide ?? scalar });
  return { kind: "integer", scalar: wide ?? scalar, value: value.toString() };
}

/** Constants are never sent, so that the rest does without one. */
function reportLeftOut(node: ConstantNode, feature: string, context: CheckContext): void {
  if (context.unit.imported) return;
  const what = `constant '${node.declarator.name?.text ?? ""}'`;
  context.report("IDL0303", node.type.span, { what, feature, advice: "everything else is" });
}

function reportMisfit(node: ConstantNode, type: string, context: CheckContext): void {
  const what = { string: "a string", null: "NULL", integer: "a number", boolean: "a boolean" };
  const { kind } = node.value;
  const value =
    kind === "string" || kind === "null" || kind === "integer" || kind === "boolean" ? what[kind] : "this";
  context.report("IDL0505", node.value.span, { value, type });
}
