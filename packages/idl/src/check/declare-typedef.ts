import type { Hook } from "../model.js";
import type { Declarator, TypedefNode, TypeNode } from "../syntax/ast.js";
import { isBaseTypeWord } from "../syntax/parse-base-type.js";
import { AttributeSet } from "./attribute-set.js";
import { buildType, type TypeUse } from "./build-type.js";
import type { CheckContext } from "./check-context.js";
import { checkComplete } from "./check-placement.js";
import { checkRange } from "./check-range.js";
import { defineContextHandle, unnamedHandle } from "./context-handle.js";
import { definePipe } from "./define-pipe.js";
import { resolveReference } from "./resolve-reference.js";
import { resolveSpecifier } from "./resolve-specifier.js";
import { isConformant, isContextHandle, isOpaque, withoutAliases } from "./resolved-type.js";
import { declaredShape, exposeLevels, type Shape } from "./shape.js";
import { type AliasSymbol, type DefinedSymbol, type Naming, nameOf, type ResolvedType } from "./symbols.js";
import { systemHandleShape } from "./system-handle.js";

const HOOKS = ["transmit_as", "wire_marshal", "represent_as", "user_marshal"] as const;

/** `struct tag { ... };` by itself. */
export function declareType(node: TypeNode, context: CheckContext): void {
  // C announces enums so, too, and need not define them.
  if (node.type.kind === "enum" && node.type.labels === null) return;
  const attributes = new AttributeSet(node.attributes, "type", context);
  const label = node.type.kind === "enum" ? node.type.labels?.[0]?.name.text : undefined;
  const naming: Naming = { kind: "nested", owner: label ?? context.unit.name, member: node.type.kind };
  const use = { naming, doc: node.doc, span: node.type.span, wide: attributes.has("v1_enum"), attributes };
  resolveSpecifier(node.type, use, context);
}

/** `typedef T a, *b, c[4];`: each declarator is a type of its own, and the first plain one names what T defines. */
export function declareTypedef(node: TypedefNode, context: CheckContext): void {
  const attributes = new AttributeSet(node.attributes, "typedef", context);
  const hooked = node.declarators.some((declarator) => hasHook(declarator, attributes));
  const plain = node.declarators.find(
    (declarator) => declarator.levels.length === 0 && declarator.name !== null && !hooked,
  );
  const first = node.declarators[0]?.name?.text ?? "unnamed";
  const naming: Naming =
    plain?.name != null
      ? { kind: "typedef", name: plain.name.text }
      : { kind: "nested", owner: first, member: hooked ? "value" : "target" };
  const span = (plain ?? node.declarators[0])?.name?.span ?? node.type.span;
  const use = { naming, doc: node.doc, span, wide: attributes.has("v1_enum"), attributes };
  const base =
    node.type.kind === "pipe"
      ? definePipe(node.type, naming, node.doc, attributes, context)
      : resolveSpecifier(node.type, use, context);
  for (const declarator of node.declarators) declareOne(declarator, base, attributes, node, context);
}

/** Attributes that the interface keeps for a type, since they say nothing about what is sent. */
const OF_ONE_TYPE = new Set(["encode", "decode", "context_handle_serialize", "context_handle_noserialize"]);

function declareOne(
  declarator: Declarator,
  base: ResolvedType,
  attributes: AttributeSet,
  node: TypedefNode,
  context: CheckContext,
): void {
  const name = declarator.name;
  if (name === null) return;
  const repeated = context.scope.taken(name.text);
  const own =
    declarator.attributes.length === 0 ? null : new AttributeSet(declarator.attributes, "typedef", context);
  for (const { name: attribute } of [...attributes.extra, ...(own?.extra ?? [])]) {
    if (OF_ONE_TYPE.has(attribute))
      context.unit.interface?.attributes.push({ name: attribute, text: name.text });
  }
  const shape = declaredShape(base, declarator, context);
  if (repeated?.kind === "type" && base.kind === "foreign") return;
  if (repeated?.kind === "type" && isOpaque(repeated.type) && isOpaque(base)) return;
  if (isBaseTypeWord(name.text)) return;
  // C lets a typedef be repeated if it says the same.
  if (repeated?.kind === "type" && declarator.levels.length === 0 && sameType(repeated.type, base)) return;
  const known = repeated?.kind === "type" ? repeated.type : null;
  const type = definedType(shape, { name, declarator, attributes, own, node, known }, context);
  if (type === known) return;
  context.declare(name, { kind: "type", type, span: name.span });
}

interface Definition {
  readonly name: NonNullable<Declarator["name"]>;
  readonly declarator: Declarator;
  readonly attributes: AttributeSet;
  /** What an ACF file adds for this name; null if nothing. */
  readonly own: AttributeSet | null;
  readonly node: TypedefNode;
  /** What the name stands for already; null if it is new. */
  readonly known: ResolvedType | null;
}

function definedType(shape: Shape, definition: Definition, context: CheckContext): ResolvedType {
  const { name, attributes, own: acf, node, known } = definition;
  if (shape.base.kind === "error" || shape.base.kind === "foreign") return shape.base;
  const naming: Naming = { kind: "typedef", name: name.text };
  if (attributes.has("context_handle")) {
    const { base, levels } = exposeLevels(shape, 1);
    const isHandle = isContextHandle(base) && levels.length === 0;
    const isReference = levels.length === 2 && levels.every((level) => level.kind === "pointer");
    if (!isHandle && levels[0]?.kind !== "pointer") context.report("IDL0716", name.span);
    // A name for what is [out]: it points to a handle.
    else if (isReference) return referenceToHandle(definition, context);
    else if (levels.length > 1) context.report("IDL0717", name.span);
    else return { kind: "named", symbol: defineContextHandle(naming, node.doc, name.span, context.unit) };
    return { kind: "error" };
  }
  const hook = readHook(name.text, acf ?? attributes, context) ?? readHook(name.text, attributes, context);
  if (hook === null && adoptsName(shape, attributes, naming, context)) return shape.base;
  // They are names for what is never sent.
  if ((shape.base.kind === "handle" || shape.base.kind === "void") && shape.levels.length === 0)
    return shape.base;
  const pointerElsewhere = node.declarators.some(({ levels }) => levels[0]?.kind === "pointer");
  const { text, span } = name;
  const use: TypeUse = { name: text, span, place: "typedef", attributes, siblings: null, pointerElsewhere };
  const own = attributes.has("system_handle") ? systemHandleShape(shape, use, context) : shape;
  const type = hook?.sent ?? buildType(own, use, context);
  if (type.kind === "foreign") return type;
  if (known !== null && hook === null && sameType(known, type)) return known;
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
    foreign: null,
    range: checkRange(type, attributes, context),
    hook: hook?.hook ?? null,
    conformant: isConformant(type),
  };
  if (!symbol.opaque) context.unit.types.push(symbol);
  return { kind: "named", symbol };
}

/** `typedef [context_handle] void **PH;` */
function referenceToHandle({ name, node }: Definition, context: CheckContext): ResolvedType {
  const target = unnamedHandle(name.span, context);
  const type: ResolvedType = { kind: "pointer", pointer: "ref", explicit: false, target };
  const symbol: AliasSymbol = {
    kind: "alias",
    naming: { kind: "typedef", name: name.text },
    unit: context.unit,
    span: name.span,
    doc: node.doc,
    type,
    bare: type,
    opaque: false,
    handle: null,
    foreign: null,
    range: null,
    hook: null,
    conformant: false,
  };
  context.unit.types.push(symbol);
  return { kind: "named", symbol };
}

/** `typedef struct _A { ... } A;`: the struct is called A from now on, and there is no alias. */
function adoptsName(shape: Shape, attributes: AttributeSet, naming: Naming, context: CheckContext): boolean {
  if (shape.base.kind !== "named" || shape.levels.length > 0) return false;
  const { symbol } = shape.base;
  if (symbol.kind === "pipe") return naming.kind === "typedef" && nameOf(symbol) === naming.name;
  if (attributes.has("range")) return false;
  if (
    symbol.kind !== "struct" &&
    symbol.kind !== "union" &&
    symbol.kind !== "enum" &&
    !isBitmap(symbol, naming)
  )
    return false;
  if (naming.kind === "typedef" && symbol.naming.kind === "typedef")
    return symbol.naming.name === naming.name;
  if (symbol.naming.kind !== "tag" || symbol.unit !== context.unit) return false;
  symbol.naming = naming;
  return true;
}

/** A bitmap is an alias that has been given a tag or this very name. */
function isBitmap(symbol: DefinedSymbol, naming: Naming): boolean {
  if (symbol.kind !== "alias") return false;
  return symbol.naming.kind === "tag" || (naming.kind === "typedef" && nameOf(symbol) === naming.name);
}

function hasHook(declarator: Declarator, attributes: AttributeSet): boolean {
  return (
    attributes.first(...HOOKS) !== undefined ||
    declarator.attributes.some((attribute) => HOOKS.some((hook) => hook === attribute.name.text))
  );
}

/** A conversion that the program supplies, with the type that is sent if that is not the declared one. */
function readHook(
  name: string,
  attributes: AttributeSet,
  context: CheckContext,
): { hook: Hook; sent?: ResolvedType } | null {
  const kind = HOOKS.find((hook) => attributes.has(hook));
  const attribute = kind === undefined ? undefined : attributes.get(kind);
  if (kind === undefined || attribute === undefined) return null;
  if (attribute.type === null) return { hook: { kind, local: attribute.text ?? name } };
  const sent = resolveReference(attribute.type, context);
  return { hook: { kind, local: name }, sent };
}

function checkAlias(type: ResolvedType, use: TypeUse, context: CheckContext): boolean {
  if (type.kind === "void") context.report("IDL0714", use.span);
  else if (type.kind === "handle") context.report("IDL0715", use.span);
  else if (type.kind === "pointer" && isContextHandle(type.target)) return true;
  else if (type.kind === "array") return checkComplete(type, use, context);
  else return type.kind !== "error";
  return false;
}

/** True if two types are sent alike and look alike: what a repeated typedef has to be. */
function sameType(first: ResolvedType, second: ResolvedType): boolean {
  const left = withoutAliases(first);
  const right = withoutAliases(second);
  switch (left.kind) {
    case "scalar":
      return right.kind === "scalar" && left.scalar === right.scalar;
    case "named":
      return right.kind === "named" && left.symbol === right.symbol;
    case "pointer":
      return (
        right.kind === "pointer" && left.pointer === right.pointer && sameType(left.target, right.target)
      );
    case "string":
      return right.kind === "string" && left.unit === right.unit && left.fixed === right.fixed;
    case "array":
      return (
        right.kind === "array" &&
        left.fixed === right.fixed &&
        left.fixed !== null &&
        sameType(left.element, right.element)
      );
    default:
      return left.kind === right.kind;
  }
}
