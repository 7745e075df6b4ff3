import type { ResolvedField, ResolvedType, UnitBuilder } from "../check/symbols.js";
import type { Reporter } from "../diagnostics/reporter.js";

/** Units in dependency order, otherwise in the order given. A cycle is reported. */
export function orderUnits(units: readonly UnitBuilder[], reporter: Reporter): UnitBuilder[] {
  const waiting = new Map(units.map((unit) => [unit, dependencies(unit)]));
  const ordered: UnitBuilder[] = [];
  while (waiting.size > 0) {
    const ready = [...waiting].find(([, needs]) => [...needs].every((unit) => !waiting.has(unit)));
    if (ready === undefined) {
      reportCycle(waiting, reporter);
      return ordered;
    }
    ordered.push(ready[0]);
    waiting.delete(ready[0]);
  }
  return ordered;
}

function reportCycle(waiting: ReadonlyMap<UnitBuilder, ReadonlySet<UnitBuilder>>, reporter: Reporter): void {
  const path: UnitBuilder[] = [];
  let unit = waiting.keys().next().value;
  while (unit !== undefined && !path.includes(unit)) {
    path.push(unit);
    unit = [...(waiting.get(unit) ?? [])].find((needed) => waiting.has(needed));
  }
  const last = path.at(-1);
  if (unit !== undefined && last !== undefined)
    reporter.report("IDL0407", last.span, { unit: last.name, other: unit.name });
}

function dependencies(unit: UnitBuilder): Set<UnitBuilder> {
  const needs = new Set<UnitBuilder>();
  const addFields = (fields: readonly ResolvedField[]) =>
    fields.forEach((field) => void addType(field.type, needs));
  for (const symbol of unit.types) {
    if (symbol.kind === "struct") addFields(symbol.members ?? []);
    if (symbol.kind === "alias") addType(symbol.type, needs);
  }
  for (const method of unit.interface?.methods ?? []) {
    addFields(method.parameters);
    if (method.returns !== null) addType(method.returns, needs);
  }
  needs.delete(unit);
  return needs;
}

function addType(type: ResolvedType, needs: Set<UnitBuilder>): void {
  if (type.kind === "named") needs.add(type.symbol.unit);
  if (type.kind === "pointer") addType(type.target, needs);
  if (type.kind === "array") addType(type.element, needs);
}
