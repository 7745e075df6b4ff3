import type { Model, Unit } from "@ncalrpc/idl";
import type { MethodDefinition } from "@ncalrpc/runtime";
import type { AnyInterface } from "./load-interfaces.js";
import { suggest } from "./suggest.js";
import { UsageError } from "./usage-error.js";

export interface FoundMethod {
  readonly definition: AnyInterface;
  readonly method: MethodDefinition<object>;
}

/**
 * Finds `Interface.Method`, the method named as in IDL or as in TypeScript. Throws UsageError, which lists what there
 * is instead.
 */
export function findMethod(text: string, model: Model, definitions: readonly AnyInterface[]): FoundMethod {
  const [interfaceName = "", methodName = "", ...rest] = text.split(".");
  if (interfaceName === "" || methodName === "" || rest.length > 0) {
    throw new UsageError(`"${text}" is not INTERFACE.METHOD, such as Hello.Greet`);
  }
  const unit = findUnit(interfaceName, model);
  const definition = definitions.find(({ uuid }) => uuid === unit.interface?.uuid);
  if (definition === undefined) throw new Error(`no module defines ${unit.name}`);
  const method = findIn(unit, definition, methodName);
  return { definition, method };
}

function findUnit(name: string, model: Model): Unit {
  const units = model.units.filter((unit) => unit.interface !== null && !unit.imported);
  const unit = units.find((candidate) => candidate.name === name);
  if (unit !== undefined) return unit;
  const names = units.map((candidate) => candidate.name);
  throw new UsageError(`there is no interface "${name}"${suggest(name, names)}; ${listing(names)}`);
}

function findIn(unit: Unit, definition: AnyInterface, name: string): MethodDefinition<object> {
  const methods = unit.interface?.methods ?? [];
  const opnum = methods.find((candidate) => candidate.name === name)?.opnum;
  const method = definition.methods.find((candidate) =>
    opnum === undefined ? candidate.name === name : candidate.opnum === opnum,
  );
  if (method !== undefined) return method;
  const names = methods.map((candidate) => candidate.name);
  throw new UsageError(`${unit.name} has no method "${name}"${suggest(name, names)}; ${listing(names)}`);
}

function listing(names: readonly string[]): string {
  return names.length === 0 ? "there are none" : `there are: ${names.join(", ")}`;
}
