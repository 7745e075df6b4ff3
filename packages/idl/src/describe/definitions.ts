import type { Model, Range, Type, TypeDefinition } from "../model.js";

/** A type behind its aliases. */
export type BareType =
  | Exclude<Type, { kind: "named" | "union" }>
  | {
      readonly kind: "definition";
      readonly definition: Exclude<TypeDefinition, { kind: "alias" }>;
      readonly unit: string;
    };

/** The definitions of a model by unit and name. */
export class Definitions {
  readonly #byName = new Map<string, TypeDefinition>();

  constructor(model: Model) {
    for (const unit of model.units) {
      for (const definition of unit.types) this.#byName.set(`${unit.name}\n${definition.name}`, definition);
    }
  }

  /** Throws RangeError for a name that the model does not have, which a checked model never does. */
  get({ unit, name }: { readonly unit: string; readonly name: string }): TypeDefinition {
    const found = this.#byName.get(`${unit}\n${name}`);
    if (found === undefined) throw new RangeError(`The model's unit ${unit} has no ${name}`);
    return found;
  }

  /** Looks through aliases; also returns the narrowest range that they give. */
  resolve(type: Type, range: Range | null = null): { readonly type: BareType; readonly range: Range | null } {
    let bounds = range;
    let current = type;
    while (current.kind === "named" || current.kind === "union") {
      const definition = this.get(current);
      if (definition.kind !== "alias")
        return { type: { kind: "definition", definition, unit: current.unit }, range: bounds };
      bounds = narrower(bounds, definition.range);
      current = definition.type;
    }
    return { type: current, range: bounds };
  }
}

function narrower(a: Range | null, b: Range | null): Range | null {
  if (a === null || b === null) return a ?? b;
  return {
    min: BigInt(a.min) > BigInt(b.min) ? a.min : b.min,
    max: BigInt(a.max) < BigInt(b.max) ? a.max : b.max,
  };
}
