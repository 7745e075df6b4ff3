import type { Reporter } from "../diagnostics/reporter.js";
import { coreOf, typesOf } from "./not-generated.js";
import { type DefinedSymbol, nameOf, type ResolvedType, type UnitBuilder } from "./symbols.js";

/** Refuses system handles where no message of a call carries them: in callbacks, in pipes, and in types that are serialized. */
export function checkSystemHandlePlaces(units: readonly UnitBuilder[], reporter: Reporter): void {
  for (const unit of units) {
    if (unit.imported) continue;
    for (const callback of unit.interface?.callbacks ?? []) {
      for (const { type, span } of callback.parameters) {
        if (holdsSystemHandle(type)) reporter.report("IDL0735", span, { place: "a callback" });
      }
    }
    const serialized = serializedTypes(unit);
    for (const symbol of unit.types) {
      const place =
        symbol.kind === "pipe"
          ? "a pipe"
          : serialized.has(nameOf(symbol))
            ? "a type that is encoded by itself"
            : null;
      if (place !== null && typesOf(symbol).some((type) => holdsSystemHandle(type)))
        reporter.report("IDL0735", symbol.span, { place });
    }
  }
}

/** The names of the types with [encode] or [decode] of their own. */
function serializedTypes(unit: UnitBuilder): ReadonlySet<string> {
  const attributes = unit.interface?.attributes ?? [];
  return new Set(
    attributes.flatMap(({ name, text }) =>
      (name === "encode" || name === "decode") && text !== null ? [text] : [],
    ),
  );
}

function holdsSystemHandle(type: ResolvedType, entered: Set<DefinedSymbol> = new Set()): boolean {
  const core = coreOf(type);
  if (core.kind === "system_handle") return true;
  if (core.kind !== "named" && core.kind !== "union") return false;
  if (entered.has(core.symbol)) return false;
  entered.add(core.symbol);
  return typesOf(core.symbol).some((held) => holdsSystemHandle(held, entered));
}
