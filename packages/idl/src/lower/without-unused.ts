import { coreOf, typesOf } from "../check/not-generated.js";
import type { DefinedSymbol, ResolvedType, UnitBuilder } from "../check/symbols.js";

/** Of the files that we supply ourselves, only what the others use: nobody wants a module of all that Windows names. */
export function withoutUnused(units: readonly UnitBuilder[]): UnitBuilder[] {
  const used = new Set<DefinedSymbol>();
  const queue: DefinedSymbol[] = [];
  const add = (type: ResolvedType) => {
    const core = coreOf(type);
    if ((core.kind !== "named" && core.kind !== "union") || used.has(core.symbol)) return;
    used.add(core.symbol);
    queue.push(core.symbol);
  };
  for (const unit of units) {
    if (unit.builtIn) continue;
    for (const symbol of unit.types) for (const type of typesOf(symbol)) add(type);
    const { methods, callbacks } = unit.interface ?? { methods: [], callbacks: [] };
    for (const { parameters, returns } of [...methods, ...callbacks]) {
      for (const { type } of parameters) add(type);
      if (returns !== null) add(returns);
    }
  }
  for (let symbol = queue.pop(); symbol !== undefined; symbol = queue.pop()) typesOf(symbol).forEach(add);
  for (const { builtIn, types } of units) {
    if (builtIn) types.splice(0, types.length, ...types.filter((symbol) => used.has(symbol)));
  }
  return units.filter((unit) => !unit.builtIn || unit.types.length > 0);
}
