import type { Span } from "../source/span.js";
import type { EnumNode, Name, StructNode, TypeSpecifier } from "../syntax/ast.js";
import type { CheckContext } from "./check-context.js";
import { describePlace } from "./check-context.js";
import { defineEnum } from "./define-enum.js";
import { defineStruct } from "./define-struct.js";
import { resolveReference } from "./resolve-reference.js";
import type { TagSymbol } from "./scope.js";
import type { Naming, ResolvedType, StructSymbol } from "./symbols.js";

/** What a definition in a type specifier is called and documented by, if it says nothing itself. */
export interface DefinitionUse {
  readonly naming: Naming;
  readonly doc: string | null;
  /** What a report about a definition without a tag points at. */
  readonly span: Span;
  /** [v1_enum] stands there. */
  readonly wide: boolean;
}

/** The type of a specifier; what it defines is added to the unit. */
export function resolveSpecifier(
  type: TypeSpecifier,
  use: DefinitionUse,
  context: CheckContext,
): ResolvedType {
  if (type.kind === "struct") return resolveStruct(type, use, context);
  if (type.kind === "enum") return resolveEnum(type, use, context);
  return resolveReference(type, context);
}

function resolveStruct(node: StructNode, use: DefinitionUse, context: CheckContext): ResolvedType {
  const known = node.tag === null ? undefined : context.scope.findTag(node.tag.text);
  if (known !== undefined && node.tag !== null) {
    if (
      known.struct === null ||
      (node.members !== null && (known.struct.members !== null || known.struct.open))
    ) {
      if (node.members === null && known.what === "struct") return known.type;
      return reportTag(node.tag, known, context);
    }
    if (node.members !== null) defineStruct(known.struct, node, use.doc, context);
    return known.type;
  }
  const naming: Naming = node.tag === null ? use.naming : { kind: "tag", name: node.tag.text };
  const span = node.tag?.span ?? use.span;
  const symbol: StructSymbol = {
    kind: "struct",
    naming,
    unit: context.unit,
    span,
    doc: null,
    members: null,
    open: false,
    conformant: false,
  };
  const type: ResolvedType = { kind: "named", symbol };
  if (node.tag !== null) {
    context.scope.declareTag(node.tag.text, { what: "struct", type, struct: symbol, span });
    if (node.members === null) deferDefinition(node.tag, symbol, context);
  }
  if (node.members !== null) defineStruct(symbol, node, use.doc, context);
  return type;
}

/** A tag may be mentioned before its definition, but there has to be one. */
function deferDefinition(tag: Name, symbol: StructSymbol, context: CheckContext): void {
  context.deferred.push(() => {
    if (symbol.members === null && !symbol.open)
      context.report("IDL0405", tag.span, { what: "struct", name: tag.text });
  });
}

function resolveEnum(node: EnumNode, use: DefinitionUse, context: CheckContext): ResolvedType {
  const known = node.tag === null ? undefined : context.scope.findTag(node.tag.text);
  if (known !== undefined && node.tag !== null) {
    return known.what === "enum" && node.labels === null ? known.type : reportTag(node.tag, known, context);
  }
  if (node.labels === null) {
    context.report("IDL0405", node.span, { what: "enum", name: node.tag?.text ?? "" }, "define it above");
    return { kind: "error" };
  }
  const naming: Naming = node.tag === null ? use.naming : { kind: "tag", name: node.tag.text };
  const type: ResolvedType = { kind: "named", symbol: defineEnum(node, { ...use, naming }, context) };
  if (node.tag !== null)
    context.scope.declareTag(node.tag.text, { what: "enum", type, struct: null, span: node.tag.span });
  return type;
}

function reportTag(tag: Name, known: TagSymbol, context: CheckContext): ResolvedType {
  context.report("IDL0403", tag.span, { name: tag.text, where: describePlace(known.span) });
  return { kind: "error" };
}
