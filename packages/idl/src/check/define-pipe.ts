import type { PipeNode } from "../syntax/ast.js";
import type { AttributeSet } from "./attribute-set.js";
import type { CheckContext } from "./check-context.js";
import { checkRange } from "./check-range.js";
import { resolveSpecifier } from "./resolve-specifier.js";
import { isConformant, isContextHandle, isPipe, openUnion, withoutAliases } from "./resolved-type.js";
import type { Naming, PipeSymbol, ResolvedType } from "./symbols.js";

/** `typedef pipe T NAME;`: elements are values of one size that hold no pointers (C706 4.2.14). */
export function definePipe(
  node: PipeNode,
  naming: Naming,
  doc: string | null,
  attributes: AttributeSet,
  context: CheckContext,
): ResolvedType {
  const owner = naming.kind === "nested" ? naming.owner : naming.name;
  const use = {
    naming: { kind: "nested", owner, member: "element" },
    doc: null,
    span: node.span,
    wide: false,
  } as const;
  const element = resolveSpecifier(node.element, { ...use, attributes: null }, context);
  const bare = withoutAliases(element);
  if (bare.kind === "error" || bare.kind === "foreign") return bare;
  const refused =
    bare.kind === "void" ||
    bare.kind === "handle" ||
    bare.kind === "pointer" ||
    bare.kind === "string" ||
    isConformant(bare) ||
    isContextHandle(bare) ||
    isPipe(bare) ||
    openUnion(bare) !== null;
  if (refused) {
    context.report("IDL0729", node.element.span);
    return { kind: "error" };
  }
  const symbol: PipeSymbol = {
    kind: "pipe",
    naming,
    unit: context.unit,
    span: node.span,
    doc,
    foreign: attributes.foreign,
    element,
    range: checkRange({ kind: "scalar", scalar: "uint32" }, attributes, context),
  };
  context.unit.types.push(symbol);
  return { kind: "named", symbol };
}
