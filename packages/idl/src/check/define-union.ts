import type { ArmNode, UnionNode } from "../syntax/ast.js";
import type { CheckContext } from "./check-context.js";
import { evaluateInteger } from "./fold-expression.js";
import { foreignPart } from "./foreign-expression.js";
import { resolveFields } from "./resolve-fields.js";
import { type DefinitionUse, resolveSpecifier } from "./resolve-specifier.js";
import { integerScalar, isConformant, isDiscriminant, withoutAliases } from "./resolved-type.js";
import { scalarRange } from "./scalar-range.js";
import {
  nameOf,
  type ResolvedArm,
  type ResolvedField,
  type ResolvedType,
  type UnionSymbol,
} from "./symbols.js";

/** Completes a union whose tag may have been mentioned before, and adds it to the unit. */
export function defineUnion(
  symbol: UnionSymbol,
  node: UnionNode,
  use: DefinitionUse,
  context: CheckContext,
): void {
  symbol.open = true;
  symbol.unit = context.unit;
  symbol.doc = use.doc;
  symbol.foreign = use.attributes?.foreign ?? null;
  symbol.encapsulated = node.discriminant !== null;
  symbol.msUnion = !symbol.encapsulated && (context.msUnion || use.attributes?.has("ms_union") === true);
  readDiscriminant(symbol, node, use, context);
  const nodes = (node.arms ?? []).flatMap((arm) => (arm.field === null ? [] : [arm.field]));
  const fields = resolveFields(nodes, "member", symbol, context);
  for (const { name, span, type } of fields) {
    if (!isConformant(type)) continue;
    if (context.isLax(span)) symbol.foreign ??= "an arm without a fixed size";
    else context.report("IDL0728", span, { name });
  }
  for (const label of (node.arms ?? []).flatMap((arm) => arm.labels))
    symbol.foreign ??= foreignPart(label, context, null);
  symbol.arms = symbol.foreign !== null ? [] : pairArms(node.arms ?? [], fields, context);
  if (node.arms?.length === 0) {
    context.report("IDL0720", symbol.span, { what: "union", name: nameOf(symbol), part: "arm" });
  } else if (symbol.arms.some((arm) => arm.labels.length === 0 && !arm.isDefault)) {
    symbol.foreign ??= "a union without cases";
  }
  symbol.members = fields;
  symbol.open = false;
  symbol.unit.types.push(symbol);
  context.deferred.push(() => checkArms(symbol, context));
}

function readDiscriminant(
  symbol: UnionSymbol,
  node: UnionNode,
  use: DefinitionUse,
  context: CheckContext,
): void {
  const attribute = use.attributes?.get("switch_type");
  let type: ResolvedType | null = null;
  if (node.discriminant !== null) {
    const naming = { kind: "nested", owner: symbol, member: "kind" } as const;
    const { type: specifier, name, member } = node.discriminant;
    const definition = { naming, doc: null, span: specifier.span, wide: false, attributes: null };
    type = resolveSpecifier(specifier, definition, context);
    symbol.discriminantName = name?.text ?? "kind";
    symbol.memberName = member?.text ?? "tagged_union";
  } else if (attribute?.type) {
    const definition = { naming: use.naming, doc: null, span: attribute.span, wide: false, attributes: null };
    type = resolveSpecifier(attribute.type, definition, context);
  } else if (context.dialect === "pidl") {
    type = { kind: "scalar", scalar: "uint32" };
  }
  if (type === null || type.kind === "error") return;
  if (isDiscriminant(type)) symbol.discriminant = type;
  else context.report("IDL0731", node.discriminant?.type.span ?? attribute?.span ?? use.span);
}

/** Arms with the values of their labels. A field that was refused leaves no arm. */
function pairArms(
  nodes: readonly ArmNode[],
  fields: readonly ResolvedField[],
  context: CheckContext,
): ResolvedArm[] {
  const bySpan = new Map(fields.map((field) => [field.node, field]));
  return nodes.map((node) => ({
    labels: node.labels.flatMap((label) => {
      const value = evaluateInteger(label, context);
      return value === null ? [] : [{ value, span: label.span }];
    }),
    isDefault: node.isDefault,
    field: node.field === null ? null : (bySpan.get(node.field) ?? null),
    doc: node.doc,
    span: node.span,
  }));
}

/** Once the discriminant's type is known: labels fit it, and each selects one arm. */
function checkArms(symbol: UnionSymbol, context: CheckContext): void {
  symbol.discriminant ??= { kind: "scalar", scalar: "int32" };
  if (symbol.foreign !== null) return;
  const scalar = integerScalar(symbol.discriminant);
  const limits = scalar === null ? { min: 0n, max: 1n } : scalarRange(scalar);
  const seen = new Set<bigint>();
  let defaults = 0;
  for (const arm of symbol.arms) {
    for (const { value, span } of arm.labels) {
      if (seen.has(value)) context.report("IDL0725", span, { value });
      else if (limits !== null && isLabel(value, symbol.discriminant)) {
        // The enum itself was warned of: it cannot carry that label.
        if (value < limits.min || value > limits.max)
          symbol.foreign = "an arm whose label its enum cannot carry";
      } else if (limits !== null && (value < limits.min || value > limits.max)) {
        const type = typeName(symbol.discriminant, scalar ?? "boolean");
        context.report("IDL0726", span, { value, type, min: limits.min, max: limits.max });
      }
      seen.add(value);
    }
    if (arm.isDefault) defaults += 1;
    if (arm.isDefault && defaults > 1) context.report("IDL0727", arm.span);
  }
}

/** True for a value that the discriminant, an enum, has a label for. */
function isLabel(value: bigint, type: ResolvedType): boolean {
  const bare = withoutAliases(type);
  if (bare.kind !== "named" || bare.symbol.kind !== "enum") return false;
  return bare.symbol.labels.some((label) => BigInt(label.value) === value);
}

function typeName(type: ResolvedType, scalar: string): string {
  const bare = withoutAliases(type);
  return bare.kind === "named" ? nameOf(bare.symbol) : scalar;
}
