import type { Model, Unit } from "@ncalrpc/idl";

/** The JSON of types and methods of earlier models. */
export type KnownTexts = WeakMap<object, string>;

/**
 * The next model with the types and methods of the last one wherever their JSON is the same, so that what was made of these
 * objects can be found again. `texts` is of all calls.
 */
export function keepUnchanged(last: Model, next: Model, texts: KnownTexts): Model {
  const known = new Map(last.units.map((unit) => [unit.name, unit]));
  const units = next.units.map((unit) => {
    const before = known.get(unit.name);
    return before === undefined ? unit : keepOfUnit(before, unit, texts);
  });
  return { ...next, units };
}

function keepOfUnit(last: Unit, next: Unit, texts: KnownTexts): Unit {
  const types = keepOfList(last.types, next.types, texts);
  if (last.interface === null || next.interface === null) return { ...next, types };
  const methods = keepOfList(last.interface.methods, next.interface.methods, texts);
  const callbacks = keepOfList(last.interface.callbacks, next.interface.callbacks, texts);
  return { ...next, types, interface: { ...next.interface, methods, callbacks } };
}

function keepOfList<T extends object>(last: readonly T[], next: readonly T[], texts: KnownTexts): T[] {
  const known = new Map(last.map((item) => [textOf(item, texts), item]));
  return next.map((item) => known.get(textOf(item, texts)) ?? item);
}

function textOf(item: object, texts: KnownTexts): string {
  const text = texts.get(item) ?? JSON.stringify(item);
  texts.set(item, text);
  return text;
}
