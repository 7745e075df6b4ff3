import type { Parameter } from "../model.js";
import { buildType, type TypeUse } from "./build-type.js";
import type { CheckContext } from "./check-context.js";
import { isContextHandle } from "./resolved-type.js";
import { exposeLevels, type Shape } from "./shape.js";
import type { ContextHandleSymbol, Naming, ResolvedType, UnitBuilder } from "./symbols.js";

/** Definitions for parameters that are `[context_handle] void *` without a typedef: one for each interface. */
const unnamed = new WeakMap<UnitBuilder, ContextHandleSymbol>();

/** `[context_handle]` on a parameter or a method's result. */
export function contextHandleType(
  declared: Shape,
  use: TypeUse,
  direction: Parameter["direction"] | null,
  context: CheckContext,
): ResolvedType {
  if (declared.base.kind === "error" || declared.base.kind === "foreign") return declared.base;
  const alreadyHandle = isContextHandle(declared.base);
  const written = declared.levels.length;
  const { levels } = alreadyHandle ? declared : exposeLevels(declared, written + 1);
  const hidden = levels.length - written;
  const outer = alreadyHandle ? levels : levels.slice(0, -1);
  if (levels.at(-1)?.kind !== "array" && isArray(outer, use)) {
    const base = alreadyHandle ? declared.base : unnamedHandle(use.span, context);
    return buildType({ base, levels: outer }, use, context);
  }
  // The handle itself is one pointer, unless its type is one already; [out] puts another in front.
  const references = alreadyHandle ? written : levels.length - 1;
  if (references < 0 || levels.some((level) => level.kind !== "pointer")) {
    context.report("IDL0716", use.span);
    return { kind: "error" };
  }
  if (references > 1) {
    context.report("IDL0717", use.span);
    return { kind: "error" };
  }
  if (direction?.includes("out") && references === 0) {
    context.report("IDL0801", use.span, { name: use.name });
    return { kind: "error" };
  }
  const aliased = hidden > 0 && declared.base.kind === "named" ? declared.base : null;
  const handle: ResolvedType = alreadyHandle
    ? declared.base
    : (aliasHandle(aliased, context) ?? unnamedHandle(use.span, context));
  return references === 0 ? handle : { kind: "pointer", pointer: "ref", explicit: false, target: handle };
}

/** `[context_handle, size_is(n)] void *h[]`, and the same with a pointer in place of the array. */
function isArray(levels: Shape["levels"], { attributes }: TypeUse): boolean {
  return levels.some(({ kind }) => kind === "array") || attributes.has("size_is") || attributes.has("max_is");
}

/** `typedef [context_handle] void *NAME;` */
export function defineContextHandle(
  naming: Naming,
  doc: string | null,
  span: TypeUse["span"],
  unit: UnitBuilder,
): ContextHandleSymbol {
  const symbol: ContextHandleSymbol = { kind: "context_handle", naming, unit, span, doc, foreign: null };
  unit.types.push(symbol);
  return symbol;
}

/** A `typedef void *NAME` that parameters make a handle is a definition named NAME. */
function aliasHandle(
  type: (ResolvedType & { kind: "named" }) | null,
  context: CheckContext,
): ResolvedType | null {
  if (type === null || type.symbol.kind !== "alias" || !type.symbol.opaque) return null;
  const { symbol } = type;
  symbol.handle ??= defineContextHandle(symbol.naming, symbol.doc, symbol.span, context.unit);
  return { kind: "named", symbol: symbol.handle };
}

/** The handle of an interface that no typedef names. */
export function unnamedHandle(span: TypeUse["span"], context: CheckContext): ResolvedType {
  let symbol = unnamed.get(context.unit);
  if (symbol === undefined) {
    const naming: Naming = { kind: "typedef", name: `${context.unit.name}Context` };
    symbol = defineContextHandle(naming, null, span, context.unit);
    unnamed.set(context.unit, symbol);
  }
  return { kind: "named", symbol };
}
