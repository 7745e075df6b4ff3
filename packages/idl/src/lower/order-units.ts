import { coreOf, typesOf } from "../check/not-generated.js";
import type { ResolvedType, UnitBuilder } from "../check/symbols.js";

/** Units in dependency order as far as there is one, otherwise in the order given. */
export function orderUnits(units: readonly UnitBuilder[]): UnitBuilder[] {
  const waiting = new Map(units.map((unit) => [unit, dependencies(unit)]));
  const ordered: UnitBuilder[] = [];
  while (waiting.size > 0) {
    const ready = [...waiting.keys()].find((unit) => neededBy(unit, waiting) === undefined);
    const next = ready ?? inCycle(waiting);
    ordered.push(next);
    waiting.delete(next);
  }
  return ordered;
}

type Waiting = ReadonlyMap<UnitBuilder, ReadonlySet<UnitBuilder>>;

/** One of those that wait, which a unit refers to. */
function neededBy(unit: UnitBuilder, waiting: Waiting): UnitBuilder | undefined {
  return [...(waiting.get(unit) ?? [])].find((needed) => waiting.has(needed));
}

/** One of units that refer to each other, where each of those that wait refers to another. */
function inCycle(waiting: Waiting): UnitBuilder {
  const [first] = waiting.keys();
  if (first === undefined) throw new RangeError("No unit waits");
  const path = new Set<UnitBuilder>();
  let unit = first;
  while (!path.has(unit)) {
    path.add(unit);
    unit = neededBy(unit, waiting) ?? unit;
  }
  return unit;
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
