import { coreOf, typesOf } from "../check/not-generated.js";
import type { ResolvedType, UnitBuilder } from "../check/symbols.js";
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
  const add = (type: ResolvedType) => {
    const core = coreOf(type);
    if (core.kind === "named" || core.kind === "union") needs.add(core.symbol.unit);
  };
  for (const symbol of unit.types) for (const type of typesOf(symbol)) add(type);
  const { methods, callbacks } = unit.interface ?? { methods: [], callbacks: [] };
  for (const method of [...methods, ...callbacks]) {
    for (const { type } of method.parameters) add(type);
    if (method.returns !== null) add(method.returns);
  }
  needs.delete(unit);
  return needs;
}
