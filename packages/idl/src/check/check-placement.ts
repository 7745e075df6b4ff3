import type { TypeUse } from "./build-type.js";
import type { CheckContext } from "./check-context.js";
import { isConformant, isContextHandle, isOpaque, withoutAliases } from "./resolved-type.js";
import { nameOf, type ResolvedType } from "./symbols.js";

/** What an array's element must not be. False after a report. */
export function checkElement(element: ResolvedType, use: TypeUse, context: CheckContext): boolean {
  if (!checkValue(element, use, context)) return false;
  if (isContextHandle(element)) {
    context.report("IDL0717", use.span);
    return false;
  }
  if (isConformant(element)) {
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

/** What a pointer must not point to. A `void *` is let through: a typedef may name it for a context handle. */
export function checkTarget(target: ResolvedType, use: TypeUse, context: CheckContext): boolean {
  const bare = withoutAliases(target);
  if (bare.kind === "handle") {
    context.report("IDL0715", use.span);
    return false;
  }
  if (use.place !== "typedef" && (bare.kind === "void" || isOpaque(target))) {
    context.report("IDL0714", use.span);
    return false;
  }
  return bare.kind !== "error";
}

/** What a value cannot be, wherever it stands: void, a binding handle, an opaque pointer. */
export function checkValue(type: ResolvedType, use: TypeUse, context: CheckContext): boolean {
  const bare = withoutAliases(type);
  if (bare.kind === "error") return false;
  if (bare.kind === "handle") {
    context.report("IDL0715", use.span);
    return false;
  }
  if (bare.kind === "void" || isOpaque(type)) {
    context.report("IDL0714", use.span);
    return false;
  }
  return true;
}

/** A struct used by value has to be complete. */
export function checkComplete(type: ResolvedType, use: TypeUse, context: CheckContext): boolean {
  let part = type;
  while (part.kind === "array") part = part.element;
  const inner = withoutAliases(part);
  if (inner.kind !== "named" || inner.symbol.kind !== "struct" || inner.symbol.members !== null) return true;
  const name = nameOf(inner.symbol);
  if (inner.symbol.open) context.report("IDL0701", use.span, { name });
  else context.report("IDL0405", use.span, { what: "struct", name });
  return false;
}
