import type { Span } from "../source/span.js";
import type { EnumNode, Name, StructNode, TypeSpecifier, UnionNode } from "../syntax/ast.js";
import type { AttributeSet } from "./attribute-set.js";
import { type CheckContext, describePlace } from "./check-context.js";
import { defineBitmap } from "./define-bitmap.js";
import { defineEnum } from "./define-enum.js";
import { defineStruct } from "./define-struct.js";
import { defineUnion } from "./define-union.js";
import { resolveReference } from "./resolve-reference.js";
import type { TagSymbol } from "./scope.js";
import type { AggregateSymbol, Naming, ResolvedType } from "./symbols.js";

/** What a definition in a type specifier is called and documented by, if it says nothing itself. */
export interface DefinitionUse {
  readonly naming: Naming;
  readonly doc: string | null;
  /** What a report about a definition without a tag points at. */
  readonly span: Span;
  /** [v1_enum] stands there. */
  readonly wide: boolean;
  /** What else stands there: `switch_type`, `ms_union`. Null where nothing can. */
  readonly attributes: AttributeSet | null;
}

/** The type of a specifier; what it defines is added to the unit. */
export function resolveSpecifier(
  type: TypeSpecifier,
  use: DefinitionUse,
  context: CheckContext,
): ResolvedType {
  switch (type.kind) {
    case "struct":
    case "union":
      return resolveAggregate(type, use, context);
    case "enum":
    case "bitmap":
      return resolveEnum(type, use, context);
    case "reference":
      return resolveTagged(type.name, use, context) ?? resolveReference(type, context);
    default:
      return resolveReference(type, context);
  }
}

/** A tag without its `struct`, or a typedef that is still to come, as published files have them; null if it is neither. */
function resolveTagged(name: Name, use: DefinitionUse, context: CheckContext): ResolvedType | null {
  const { text, span } = name;
  if (context.scope.find(text) !== undefined || context.scope.hasInterface(text)) return null;
  const definition = context.scope.expectedDefinition(text);
  if (definition === undefined) return null;
  const { what, tag } = definition;
  context.report("IDL0410", span, { name: text, what, tag: tag.text });
  const mention =
    what === "struct"
      ? ({ kind: "struct", tag, members: null, span } as const)
      : ({ kind: "union", tag, discriminant: null, arms: null, span } as const);
  return resolveAggregate(mention, use, context);
}

function resolveAggregate(
  node: StructNode | UnionNode,
  use: DefinitionUse,
  context: CheckContext,
): ResolvedType {
  const defines = (node.kind === "struct" ? node.members : node.arms) !== null;
  const known = knownTag(node.tag, defines, context);
  if (known !== undefined && node.tag !== null) {
    const { aggregate } = known;
    const again = defines && (aggregate === null || aggregate.members !== null || aggregate.open);
    // In C an encapsulated union is a struct.
    const isStruct = aggregate?.kind === "union" && aggregate.encapsulated && node.kind === "struct";
    if ((known.what !== node.kind && !isStruct) || again) return reportTag(node.tag, known, context);
    if (aggregate !== null && defines) define(aggregate, node, use, context);
    return known.type;
  }
  const naming: Naming = node.tag === null ? use.naming : { kind: "tag", name: node.tag.text };
  const span = node.tag?.span ?? use.span;
  const symbol = newAggregate(node.kind, naming, span, context);
  const type: ResolvedType = { kind: "named", symbol };
  if (node.tag !== null) {
    context.scope.declareTag(node.tag.text, { what: node.kind, type, aggregate: symbol, span });
    if (!defines) deferDefinition(node.tag, symbol, context);
  }
  if (defines) define(symbol, node, use, context);
  return type;
}

function newAggregate(
  kind: AggregateSymbol["kind"],
  naming: Naming,
  span: Span,
  context: CheckContext,
): AggregateSymbol {
  const base = { naming, unit: context.unit, span, doc: null, members: null, open: false, foreign: null };
  if (kind === "struct") return { kind, ...base, conformant: false };
  return {
    kind,
    ...base,
    conformant: false,
    encapsulated: false,
    discriminant: null,
    discriminantName: null,
    memberName: null,
    msUnion: false,
    arms: [],
  };
}

function define(
  symbol: AggregateSymbol,
  node: StructNode | UnionNode,
  use: DefinitionUse,
  context: CheckContext,
): void {
  if (symbol.kind === "struct" && node.kind === "struct") defineStruct(symbol, node, use, context);
  if (symbol.kind === "union" && node.kind === "union") defineUnion(symbol, node, use, context);
}

/** A tag may be mentioned before its definition. Without one nothing that holds it can be generated. */
function deferDefinition(tag: Name, symbol: AggregateSymbol, context: CheckContext): void {
  context.deferred.push(() => {
    if (symbol.members !== null || symbol.open) return;
    symbol.foreign = `${symbol.kind} '${tag.text}', which is nowhere defined`;
  });
}

function resolveEnum(node: EnumNode, use: DefinitionUse, context: CheckContext): ResolvedType {
  const known = knownTag(node.tag, node.labels !== null, context);
  if (known !== undefined && node.tag !== null) {
    return known.what === node.kind && node.labels === null
      ? known.type
      : reportTag(node.tag, known, context);
  }
  if (node.labels === null && context.dialect === "pidl") {
    return { kind: "foreign", feature: `${node.kind} '${node.tag?.text ?? ""}', which is only mentioned` };
  }
  if (node.labels === null) {
    const details = { what: node.kind, name: node.tag?.text ?? "" };
    context.report("IDL0405", node.span, details, "define it above");
    return { kind: "error" };
  }
  const naming: Naming = node.tag === null ? use.naming : { kind: "tag", name: node.tag.text };
  const definition = { ...use, naming };
  const isInteger = node.kind === "bitmap" || use.attributes?.first("enum8bit", "enum16bit") !== undefined;
  const symbol = isInteger ? defineBitmap(node, definition, context) : defineEnum(node, definition, context);
  const type: ResolvedType = { kind: "named", symbol };
  if (node.tag !== null) {
    const { text, span } = node.tag;
    context.scope.declareTag(text, { what: node.kind, type, aggregate: null, span });
  }
  return type;
}

function knownTag(tag: Name | null, defines: boolean, context: CheckContext): TagSymbol | undefined {
  if (tag === null) return undefined;
  return defines ? context.scope.takenTag(tag.text) : context.scope.findTag(tag.text);
}

function reportTag(tag: Name, known: TagSymbol, context: CheckContext): ResolvedType {
  context.report("IDL0403", tag.span, { name: tag.text, where: describePlace(known.span) });
  return { kind: "error" };
}
