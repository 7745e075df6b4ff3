import type { MethodShape } from "./method-shape.js";

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
  #surroundings = "";
  #asked = new Map<string, boolean>();
  #units = new Map<string, UnitCache>();

  /**
   * Begins a generation. `surroundings` is all that methods' code depends on beside the methods; `declared` are the names
   * that any module declares: ask what is returned for them.
   */
  begin(surroundings: string, declared: ReadonlySet<string>): TakenNames {
    const isAsBefore =
      surroundings === this.#surroundings &&
      [...this.#asked].every(([name, wasTaken]) => declared.has(name) === wasTaken);
    if (!isAsBefore) {
      this.#surroundings = surroundings;
      this.#asked = new Map();
      this.#units = new Map();
    }
    const asked = this.#asked;
    return {
      has(name) {
        const isTaken = declared.has(name);
        asked.set(name, isTaken);
        return isTaken;
      },
    };
  }

  /** What is kept of a unit, whose modules are printed now. */
  unit(name: string): UnitCache {
    const kept = this.#units.get(name) ?? new UnitCache();
    this.#units.set(name, kept);
    kept.begin();
    return kept;
  }
}

/** What is kept of one unit. */
export class UnitCache {
  readonly #shapes = new Generations<string, MethodShape>();
  readonly #printed = new Generations<MethodShape | string, Map<string, Printed>>();

  begin(): void {
    this.#shapes.begin();
    this.#printed.begin();
  }

  /** The shape of the method that `key` says all of. */
  shape(key: string, make: () => MethodShape): MethodShape {
    return this.#shapes.get(key, make);
  }

  /** What was printed for a method or for the type of a name, by its place in the modules. */
  printed(owner: MethodShape | string): Map<string, Printed> {
    return this.#printed.get(owner, () => new Map());
  }
}

/** A map that forgets what a whole generation did not ask for. */
class Generations<Key, Value> {
  #last = new Map<Key, Value>();
  #current = new Map<Key, Value>();

  begin(): void {
    this.#last = this.#current;
    this.#current = new Map();
  }

  get(key: Key, make: () => Value): Value {
    const value = this.#current.get(key) ?? this.#last.get(key) ?? make();
    this.#current.set(key, value);
    return value;
  }
}
