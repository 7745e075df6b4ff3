import type { HashedTexts, Method, Model, TypeDefinition } from "@ncalrpc/idl";
import { type KnownTexts, keepUnchanged } from "./keep-unchanged.js";
import type { MethodShape } from "./method-shape.js";
import type { MethodNames } from "./unit-names.js";

/** An import as a module was asked for it, and the name that it got. */
export interface ImportRequest {
  readonly module: string;
  readonly name: string;
  readonly isType: boolean;
  readonly isUnique: boolean;
  readonly alias: string;
}

/** Text, and the imports that it needs. */
export interface Printed {
  readonly texts: readonly string[];
  readonly imports: readonly ImportRequest[];
}

/** Names that are taken. */
export interface TakenNames {
  has(name: string): boolean;
}

/**
 * What one generation leaves to the next: what it printed for each type and method. That depends on the type or method
 * itself, on what surrounds them in the model, and on which of the names that its functions wanted for locals are taken:
 * if either of the latter two changes, everything is printed anew. The files are the same with or without it.
 */
export class GenerationCache {
  /** What was hashed of the types and methods. */
  readonly hashed: HashedTexts = new WeakMap();
  readonly #texts: KnownTexts = new WeakMap();
  #model: Model | null = null;
  #surroundings = "";
  #asked = new Map<string, boolean>();
  #shapes = new WeakMap<Method, { readonly names: string; readonly shape: MethodShape }>();
  #printed = new WeakMap<MethodShape | TypeDefinition, Map<string, Printed>>();

  /** The model to generate from, with the objects of the last one in it: what is kept is known by them. */
  keep(model: Model): Model {
    this.#model = this.#model === null ? model : keepUnchanged(this.#model, model, this.#texts);
    return this.#model;
  }

  /**
   * Begins a generation. `surroundings` is all that methods' code depends on beside the methods; `declared` are the names
   * that any module declares: ask what is returned for them.
   */
  begin(surroundings: string, declared: ReadonlySet<string>): TakenNames {
    const isAsBefore =
      surroundings === this.#surroundings &&
      [...this.#asked].every(([name, wasTaken]) => declared.has(name) === wasTaken);
    if (!isAsBefore) {
      this.#asked = new Map();
      this.#shapes = new WeakMap();
      this.#printed = new WeakMap();
    }
    this.#surroundings = surroundings;
    const asked = this.#asked;
    return {
      has(name) {
        const isTaken = declared.has(name);
        asked.set(name, isTaken);
        return isTaken;
      },
    };
  }

  /** The shape of a method of these names. */
  shape(method: Method, names: MethodNames, make: () => MethodShape): MethodShape {
    const text = JSON.stringify(names);
    const known = this.#shapes.get(method);
    if (known?.names === text) return known.shape;
    const shape = make();
    this.#shapes.set(method, { names: text, shape });
    return shape;
  }

  /** What was printed for a method or a type, by its place in the modules. */
  printed(owner: MethodShape | TypeDefinition): Map<string, Printed> {
    const printed = this.#printed.get(owner) ?? new Map<string, Printed>();
    this.#printed.set(owner, printed);
    return printed;
  }
}
