import type { TypeUse } from "./build-type.js";
import type { CheckContext } from "./check-context.js";
import { isConformant, isJoined, isPipe, openUnion, withoutAliases } from "./resolved-type.js";
import { nameOf, type ResolvedType } from "./symbols.js";

/** What an array's element must not be. False after a report. */
export function checkElement(element: ResolvedType, use: TypeUse, context: CheckContext): boolean {
  if (!checkValue(element, use, context)) return false;
  if (isConformant(element) && !isJoined(element)) {
    context.report("IDL0703", use.span);
    return false;
  }
  const { kind } = withoutAliases(element);
  // Behind a pointer the element's definition may come later.
  if (kind === "named") {
    context.deferred.push(() => {
      if (isConformant(element)) context.report("IDL0703", use.span);
    });
  }
  return true;
}

/** What a pointer must not point to. */
export function checkTarget(target: ResolvedType, use: TypeUse, context: CheckContext): boolean {
  const bare = withoutAliases(target);
  if (bare.kind === "handle") {
    context.report("IDL0715", use.span);
    return false;
  }
  return checkSelected(target, use, context) && bare.kind !== "error";
}

/** What a value cannot be, wherever it stands: void, a binding handle, a union that nothing selects an arm of. */
export function checkValue(type: ResolvedType, use: TypeUse, context: CheckContext): boolean {
  const bare = withoutAliases(type);
  if (bare.kind === "error") return false;
  if (bare.kind === "handle") {
    context.report("IDL0715", use.span);
    return false;
  }
  if (bare.kind === "void") {
    context.report("IDL0714", use.span);
    return false;
  }
  if (isPipe(type) && use.place !== "parameter" && use.place !== "typedef") {
    context.report("IDL0730", use.span);
    return false;
  }
  return checkSelected(type, use, context);
}

/** A union has to be told which arm it holds, but for a typedef, whose uses say it. */
function checkSelected(type: ResolvedType, use: TypeUse, context: CheckContext): boolean {
  const union = use.place === "typedef" ? null : openUnion(type);
  if (union === null || union.foreign !== null) return true;
  context.report("IDL0723", use.span, { name: nameOf(union) });
  return false;
}

/** A struct or union used by value has to be complete. */
export function checkComplete(type: ResolvedType, use: TypeUse, context: CheckContext): boolean {
  let part = type;
  while (part.kind === "array") part = part.element;
  const inner = withoutAliases(part);
  if (inner.kind !== "named" && inner.kind !== "union") return true;
  const { symbol } = inner;
  if ((symbol.kind !== "struct" && symbol.kind !== "union") || symbol.members !== null) return true;
  // Its definition is C's, or a later part of the prelude that does not exist.
  if ((symbol.unit.builtIn || context.dialect === "pidl") && !symbol.open) return true;
  const details = { what: symbol.kind, name: nameOf(symbol) };
  context.report(symbol.open ? "IDL0701" : "IDL0405", use.span, details);
  return false;
}
