import type { Type, TypeDefinition, Unit } from "@ncalrpc/idl";
import { type Doc, render } from "./doc.js";
import type { GenerationCache, ImportRequest, TakenNames } from "./generation-cache.js";
import type { HookSource } from "./hook-code.js";
import { Layout } from "./layout.js";
import type { MethodShape } from "./method-shape.js";
import { chunkType, type ModelIndex } from "./model-index.js";
import { localScope, moduleScope, parameterScope, type Scope } from "./names.js";
import { scalarLayout } from "./scalar-layout.js";
import type { TypeNames, UnitNames } from "./unit-names.js";

/** A named import, with the name that it has here. */
export interface Import {
  readonly name: string;
  readonly alias: string;
  isType: boolean;
}

/** A unit's module proper, and the one beside it with its schemas, which loads zod. */
export type Part = "main" | "schema";

/** What each imports of the runtime. */
const runtimeEntries: Readonly<Record<Part, string>> = {
  main: "@ncalrpc/runtime/codegen-v1",
  schema: "@ncalrpc/runtime/schema-v1",
};

/** One module while it is printed: whose it is, what its names mean, and what it turned out to import. */
export class ModuleContext {
  readonly unit: Unit;
  readonly part: Part;
  readonly names: UnitNames;
  readonly index: ModelIndex;
  readonly layout: Layout;
  readonly cache: GenerationCache | null;
  readonly imports = new Map<string, Map<string, Import>>();
  readonly #all: ReadonlyMap<string, UnitNames>;
  readonly #scope: Scope;
  readonly #declared: TakenNames;
  readonly #hooks: ReadonlyMap<string, HookSource>;
  /** Asked for by what is printed now. */
  #requests: ImportRequest[] = [];

  /** `declared` are the names that any module of the model declares; `cache` has what an earlier run printed. */
  constructor(
    unit: Unit,
    index: ModelIndex,
    all: ReadonlyMap<string, UnitNames>,
    declared: TakenNames,
    part: Part = "main",
    hooks: ReadonlyMap<string, HookSource> = new Map(),
    cache: GenerationCache | null = null,
  ) {
    this.cache = cache;
    this.#hooks = hooks;
    this.#declared = declared;
    this.unit = unit;
    this.part = part;
    this.index = index;
    this.layout = new Layout(index);
    this.#all = all;
    this.names = this.namesOf(unit.name);
    this.#scope = moduleScope(this.names.declared);
  }

  namesOf(unit: string): UnitNames {
    const names = this.#all.get(unit);
    if (names === undefined) throw new RangeError(`The model has no unit ${unit}`);
    return names;
  }

  /**
   * The texts of what `print` describes of a method or a type, at a depth of indentation. `place` tells apart what is
   * printed of one owner. Printed at once, since the layout documents of a large interface would be many times its text,
   * and only if no earlier run did so.
   */
  printed(
    owner: MethodShape | TypeDefinition,
    place: string,
    print: () => readonly Doc[],
    depth = 0,
  ): readonly string[] {
    const kept = this.cache?.printed(owner);
    const known = kept?.get(place);
    if (known?.imports.every((request) => this.#request(request) === request.alias)) return known.texts;
    this.#requests = [];
    const texts = print().map((doc) => render(doc, depth));
    kept?.set(place, { texts, imports: this.#requests });
    return texts;
  }

  /** A value of the runtime's entry, imported. */
  library(name: string): string {
    return this.#import(runtimeEntries[this.part], name, false);
  }

  /** A type of the runtime's entry, imported. */
  libraryType(name: string): string {
    return this.#import(runtimeEntries[this.part], name, true);
  }

  /** One of the names that belong to a type, imported if another module declares it. */
  typeName(unit: string, name: string, which: keyof TypeNames): string {
    const names = this.namesOf(unit);
    const found = names.types.get(name);
    if (found === undefined) throw new RangeError(`The model has no type ${unit}.${name}`);
    return this.#from(unit, which === "schema" ? "schema" : "main", found[which], which === "type");
  }

  /** An enum's object, for `typeof`, imported if another module declares it. */
  enumObject(unit: string, name: string): string {
    return this.typeName(unit, name, "type");
  }

  /** An enum's object as a value, imported if another module declares it. */
  enumValues(unit: string, name: string): string {
    return this.#from(unit, "main", this.namesOf(unit).types.get(name)?.type ?? name, false);
  }

  /** A type that this unit's module declares: a request or a response. */
  ownType(name: string): string {
    return this.#from(this.unit.name, "main", name, true);
  }

  /** A context handle's class as a value, imported if another module declares it. */
  handleClass(unit: string, name: string): string {
    return this.#from(unit, "main", this.namesOf(unit).types.get(name)?.type ?? name, false);
  }

  /** What converts the values of a typedef, imported. */
  hook(name: string): string {
    const source = this.#hooks.get(name);
    if (source === undefined) throw new RangeError(`There is no hook for ${name}`);
    return this.#import(source.module, source.name, false, false);
  }

  /** Names for the parameters and locals of one function beside `own`: none hides what the module declares. */
  locals(...own: string[]): Scope {
    return localScope(this.#declared, own);
  }

  /** Names for the parameters of a client's or handlers' method, beside `own`. */
  parameters(...own: string[]): Scope {
    return parameterScope(this.#declared, own);
  }

  /** The TypeScript type; of a context handle its form on the wire. */
  typeText(type: Type): string {
    switch (type.kind) {
      case "scalar":
        return scalarLayout(type.scalar).type;
      case "string":
        return type.unit === "byte" ? "Uint8Array" : "string";
      case "system_handle":
        return `${this.libraryType("SystemHandle")}${type.nullable ? " | null" : ""}`;
      case "union":
      case "named": {
        const { definition } = this.index.definition(type);
        if (definition.kind === "context_handle") return "string | null";
        if (definition.kind === "pipe") return `${this.typeText(chunkType(definition))}[]`;
        return this.typeName(type.unit, type.name, "type");
      }
      case "array": {
        const typed = this.layout.typedArray(type);
        if (typed !== null) return typed.type;
        const element = this.typeText(type.element);
        return element.includes(" | ") ? `(${element})[]` : `${element}[]`;
      }
      case "pointer": {
        const target = this.typeText(type.target);
        if (type.pointer === "ref") return target;
        return this.index.isBoxed(type) ? `{ value: ${target} } | null` : `${target} | null`;
      }
    }
  }

  /** The chunks of a pipe as programs hand them on: `source` is what we are given, else what we give. */
  streamText(type: Type, source: boolean): string {
    const pipe = this.index.pipe(type);
    if (pipe === null) throw new RangeError("The model has no pipe where one is expected");
    const chunk = this.typeText(chunkType(pipe.definition));
    return source ? `${this.libraryType("PipeSource")}<${chunk}>` : `AsyncIterable<${chunk}>`;
  }

  /** A name that a unit's module declares: the two modules of one unit share their names, others' may clash. */
  #from(unit: string, part: Part, name: string, isType: boolean): string {
    const isOwnUnit = unit === this.unit.name;
    if (isOwnUnit && part === this.part) return name;
    return this.#import(`./${fileName(this.namesOf(unit), part)}.js`, name, isType, isOwnUnit);
  }

  #import(module: string, name: string, isType: boolean, isUnique = !module.startsWith(".")): string {
    const alias = this.#request({ module, name, isType, isUnique });
    if (this.cache !== null) this.#requests.push({ module, name, isType, isUnique, alias });
    return alias;
  }

  #request({ module, name, isType, isUnique }: Omit<ImportRequest, "alias">): string {
    const names = this.imports.get(module) ?? new Map<string, Import>();
    this.imports.set(module, names);
    let known = names.get(name);
    if (known === undefined) {
      const alias = isUnique ? name : this.#scope.claim(name);
      known = { name, alias, isType };
      names.set(name, known);
    }
    known.isType &&= isType;
    return known.alias;
  }
}

/** A module's file without its extension. */
export function fileName(names: UnitNames, part: Part): string {
  return part === "main" ? names.file : `${names.file}.schema`;
}
