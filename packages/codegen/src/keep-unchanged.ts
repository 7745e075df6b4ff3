import type { Model, Unit } from "@ncalrpc/idl";
import { sameJson } from "./same-json.js";

/**
 * The next model with the types and methods of the last one wherever they say the same, so that what was made of these
 * objects can be found again.
 */
export function keepUnchanged(last: Model, next: Model): Model {
  const known = new Map(last.units.map((unit) => [unit.name, unit]));
  const units = next.units.map((unit) => {
    const before = known.get(unit.name);
    return before === undefined ? unit : keepOfUnit(before, unit);
  });
  return { ...next, units };
}

function keepOfUnit(last: Unit, next: Unit): Unit {
  const types = keepOfList(last.types, next.types);
  if (last.interface === null || next.interface === null) return { ...next, types };
  const methods = keepOfList(last.interface.methods, next.interface.methods);
  const callbacks = keepOfList(last.interface.callbacks, next.interface.callbacks);
  return { ...next, types, interface: { ...next.interface, methods, callbacks } };
}

function keepOfList<T extends { readonly name: string }>(last: readonly T[], next: readonly T[]): T[] {
  const known = new Map(last.map((item) => [item.name, item]));
  return next.map((item) => {
    const before = known.get(item.name);
    return before !== undefined && sameJson(before, item) ? before : item;
  });
}
