import type { Scalar } from "../model.js";
import type { ResolvedType, UnionSymbol } from "./symbols.js";

/** The type behind any number of plain aliases. */
export function withoutAliases(type: ResolvedType): ResolvedType {
  return type.kind === "named" && type.symbol.kind === "alias" ? type.symbol.bare : type;
}

/** The integer type that a value has on the wire, an enum's included; null for anything else. */
export function integerScalar(type: ResolvedType): Scalar | null {
  const bare = withoutAliases(type);
  if (bare.kind === "named" && bare.symbol.kind === "enum") return bare.symbol.wide ? "int32" : "uint16";
  if (bare.kind !== "scalar") return null;
  return ["boolean", "float", "double"].includes(bare.scalar) ? null : bare.scalar;
}

/** True if the size of a value is not known before it is looked at, so that it can only stand last in a struct. */
export function isConformant(type: ResolvedType): boolean {
  switch (type.kind) {
    case "named":
      return (type.symbol.kind === "struct" || type.symbol.kind === "alias") && type.symbol.conformant;
    case "array":
      return type.fixed === null || (isJoined(type.element) && isConformant(type.element));
    case "string":
      return type.fixed === null;
    default:
      return false;
  }
}

/** A union that is not encapsulated, under whatever alias, whose use does not say yet what selects its arm; else null. */
export function openUnion(type: ResolvedType): UnionSymbol | null {
  const bare = withoutAliases(type);
  return bare.kind === "named" && bare.symbol.kind === "union" && !bare.symbol.encapsulated
    ? bare.symbol
    : null;
}

/** True for what can select a union's arm: an integer, an enum or a boolean. */
export function isDiscriminant(type: ResolvedType): boolean {
  const bare = withoutAliases(type);
  return integerScalar(bare) !== null || (bare.kind === "scalar" && bare.scalar === "boolean");
}

/** True for a pipe under whatever alias. */
export function isPipe(type: ResolvedType): boolean {
  const bare = withoutAliases(type);
  return bare.kind === "named" && bare.symbol.kind === "pipe";
}

/** True for a context handle under whatever alias. */
export function isContextHandle(type: ResolvedType): boolean {
  const bare = withoutAliases(type);
  return bare.kind === "named" && bare.symbol.kind === "context_handle";
}

/** True for a pointer, of however many levels, to void. */
export function isOpaque(type: ResolvedType): boolean {
  let inner = type;
  while (inner.kind === "pointer") inner = inner.target;
  return inner.kind === "void"
    ? type.kind === "pointer"
    : inner.kind === "named" && inner.symbol.kind === "alias" && inner.symbol.opaque;
}

/** True for a further dimension of the array around it whose counts stand in front of that. */
export function isJoined(element: ResolvedType): boolean {
  return element.kind === "array" && element.joined;
}
