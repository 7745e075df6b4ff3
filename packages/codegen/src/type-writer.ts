import type { Model, Type } from "@ncalrpc/idl";
import { ModelIndex } from "./model-index.js";
import { ModuleContext } from "./module-context.js";
import { declaredNames, namesOfModel } from "./unit-names.js";

/** Says what a type of a unit is in the generated TypeScript: for tools that describe a model. */
export function createTypeWriter(model: Model): (unit: string, type: Type) => string {
  const index = new ModelIndex(model);
  const names = namesOfModel(model);
  const declared = declaredNames(names);
  const contexts = new Map(
    model.units.map((unit) => [unit.name, new ModuleContext(unit, index, names, declared)]),
  );
  return (unit, type) => {
    const context = contexts.get(unit);
    if (context === undefined) throw new RangeError(`The model has no unit ${unit}`);
    return context.typeText(type);
  };
}
