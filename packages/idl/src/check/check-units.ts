import type { Reporter } from "../diagnostics/reporter.js";
import { describePlace } from "./check-context.js";
import { NameClashes } from "./name-clashes.js";
import { nameOf, type UnitBuilder } from "./symbols.js";

/** What units of one model must not have in common; and what one unit's names must not. */
export function checkUnits(units: readonly UnitBuilder[], reporter: Reporter): void {
  const uuids = new Map<string, UnitBuilder>();
  const names = new Map<string, UnitBuilder>();
  for (const unit of units) {
    const { uuid } = unit.interface ?? {};
    const other = uuid === undefined ? undefined : uuids.get(uuid);
    if (other !== undefined) reporter.report("IDL0607", unit.span, { name: unit.name, other: other.name });
    if (uuid !== undefined) uuids.set(uuid, unit);
    if (unit.kind === "interface") checkUnitName(unit, names, reporter);
    if (!unit.imported) checkNames(unit, reporter);
  }
  for (const unit of units) if (unit.kind === "definitions") nameDefinitions(unit, names);
}

function checkUnitName(unit: UnitBuilder, names: Map<string, UnitBuilder>, reporter: Reporter): void {
  const key = foldUnitName(unit.name);
  const other = names.get(key);
  if (other === undefined) {
    names.set(key, unit);
    return;
  }
  const where = describePlace(other.span);
  if (other.name === unit.name) reporter.report("IDL0403", unit.span, { name: unit.name, where });
  else reporter.report("IDL0404", unit.span, { name: unit.name, other: other.name, where });
}

/** A file's definitions give way: beside `interface ServiceControl` those of `service-control.idl` are `service-control-types`. */
function nameDefinitions(unit: UnitBuilder, names: Map<string, UnitBuilder>): void {
  const base = unit.name;
  let name = base;
  for (let count = 1; names.has(foldUnitName(name)); count += 1)
    name = count === 1 ? `${base}-types` : `${base}-types-${count}`;
  unit.name = name;
  names.set(foldUnitName(name), unit);
}

/** Names of modules differ by case, hyphens and underscores only if they are the same. */
function foldUnitName(name: string): string {
  return name.toLowerCase().replace(/[-_.]/g, "");
}

function checkNames(unit: UnitBuilder, reporter: Reporter): void {
  const clashes = new NameClashes(reporter);
  if (unit.kind === "interface") clashes.add(unit.name, unit.span);
  for (const constant of unit.constants) clashes.add(constant.name, constant.span);
  for (const symbol of unit.types) clashes.add(nameOf(symbol), symbol.span, true);
}
