import type { Declarator, TypedefNode, TypeNode } from "../syntax/ast.js";
import { AttributeSet } from "./attribute-set.js";
import { buildType, type TypeUse } from "./build-type.js";
import type { CheckContext } from "./check-context.js";
import { checkComplete } from "./check-placement.js";
import { checkRange } from "./check-range.js";
import { defineContextHandle } from "./context-handle.js";
import { resolveSpecifier } from "./resolve-specifier.js";
import { isConformant, isContextHandle, isOpaque, withoutAliases } from "./resolved-type.js";
import { declaredShape, exposeLevels, type Shape } from "./shape.js";
import type { AliasSymbol, Naming, ResolvedType } from "./symbols.js";

/** `struct tag { ... };` by itself. */
export function declareType(node: TypeNode, context: CheckContext): void {
  const attributes = new AttributeSet(node.attributes, "type", context);
  const label = node.type.kind === "enum" ? node.type.labels?.[0]?.name.text : undefined;
  const naming: Naming = { kind: "nested", owner: label ?? context.unit.name, member: node.type.kind };
  const use = { naming, doc: node.doc, span: node.type.span, wide: attributes.has("v1_enum") };
  resolveSpecifier(node.type, use, context);
}

/** `typedef T a, *b, c[4];`: each declarator is a type of its own, and the first plain one names what T defines. */
export function declareTypedef(node: TypedefNode, context: CheckContext): void {
  const attributes = new AttributeSet(node.attributes, "typedef", context);
  const plain = node.declarators.find(
    (declarator) => declarator.levels.length === 0 && declarator.name !== null,
  );
  const first = node.declarators[0]?.name?.text ?? "unnamed";
  const naming: Naming =
    plain?.name != null
      ? { kind: "typedef", name: plain.name.text }
      : { kind: "nested", owner: first, member: "target" };
  const span = (plain ?? node.declarators[0])?.name?.span ?? node.type.span;
  const use = { naming, doc: node.doc, span, wide: attributes.has("v1_enum") };
  const base = resolveSpecifier(node.type, use, context);
  for (const declarator of node.declarators) declareOne(declarator, base, attributes, node, context);
}

function declareOne(
  declarator: Declarator,
  base: ResolvedType,
  attributes: AttributeSet,
  node: TypedefNode,
  context: CheckContext,
): void {
  const name = declarator.name;
  if (name === null) return;
  const repeated = context.scope.find(name.text);
  const shape = declaredShape(base, declarator, context);
  // C lets a typedef be repeated if it says the same.
  if (repeated?.kind === "type" && declarator.levels.length === 0 && sameType(repeated.type, base)) return;
  const type = definedType(shape, { name, declarator, attributes, node }, context);
  context.declare(name, { kind: "type", type, span: name.span });
}

interface Definition {
  readonly name: NonNullable<Declarator["name"]>;
  readonly declarator: Declarator;
  readonly attributes: AttributeSet;
  readonly node: TypedefNode;
}

function definedType(shape: Shape, definition: Definition, context: CheckContext): ResolvedType {
  const { name, attributes, node } = definition;
  if (shape.base.kind === "error") return shape.base;
  const naming: Naming = { kind: "typedef", name: name.text };
  if (attributes.has("context_handle")) {
    const { levels } = exposeLevels(shape, 1);
    if (levels[0]?.kind !== "pointer") context.report("IDL0716", name.span);
    else if (levels.length > 1) context.report("IDL0717", name.span);
    else return { kind: "named", symbol: defineContextHandle(naming, node.doc, name.span, context.unit) };
    return { kind: "error" };
  }
  if (adoptsName(shape, attributes, naming, context)) return shape.base;
  const use: TypeUse = { name: name.text, span: name.span, place: "typedef", attributes, siblings: null };
  const type = buildType(shape, use, context);
  if (!checkAlias(type, use, context)) return { kind: "error" };
  const symbol: AliasSymbol = {
    kind: "alias",
    naming,
    unit: context.unit,
    span: name.span,
    doc: node.doc,
    type,
    bare: withoutAliases(type),
    opaque: isOpaque(type),
    handle: null,
    range: checkRange(type, attributes, context),
    conformant: isConformant(type),
  };
  if (!symbol.opaque) context.unit.types.push(symbol);
  return { kind: "named", symbol };
}

/** `typedef struct _A { ... } A;`: the struct is called A from now on, and there is no alias. */
function adoptsName(shape: Shape, attributes: AttributeSet, naming: Naming, context: CheckContext): boolean {
  if (shape.base.kind !== "named" || shape.levels.length > 0 || attributes.has("range")) return false;
  const { symbol } = shape.base;
  if (symbol.kind !== "struct" && symbol.kind !== "enum") return false;
  if (naming.kind === "typedef" && symbol.naming.kind === "typedef")
    return symbol.naming.name === naming.name;
  if (symbol.naming.kind !== "tag" || symbol.unit !== context.unit) return false;
  symbol.naming = naming;
  return true;
}

function checkAlias(type: ResolvedType, use: TypeUse, context: CheckContext): boolean {
  if (type.kind === "void") context.report("IDL0714", use.span);
  else if (type.kind === "handle") context.report("IDL0715", use.span);
  else if (type.kind === "pointer" && isContextHandle(type.target)) return true;
  else if (type.kind === "array") return checkComplete(type, use, context);
  else return type.kind !== "error";
  return false;
}

function sameType(first: ResolvedType, second: ResolvedType): boolean {
  const left = withoutAliases(first);
  const right = withoutAliases(second);
  if (left.kind === "scalar" && right.kind === "scalar") return left.scalar === right.scalar;
  return left.kind === "named" && right.kind === "named" && left.symbol === right.symbol;
}
