import type {
  AliasDefinition,
  ArrayType,
  Expression,
  Model,
  PipeDefinition,
  Range,
  Scalar,
  StructDefinition,
  Type,
  TypeDefinition,
  UnionDefinition,
  Unit,
} from "@ncalrpc/idl";
import { type ScalarLayout, scalarLayout } from "./scalar-layout.js";
import { isWanted, type NaturalOption, type WellKnown, type WellKnownText, wellKnown } from "./well-known.js";

/** What can hold other values in place, and itself through pointers. */
export type Composite = StructDefinition | UnionDefinition;

/** A typedef whose values programs see otherwise than they are sent. */
export interface HookedDefinition {
  readonly kind: "hooked";
  readonly name: string;
  /** What is sent. */
  readonly wire: Type;
}

/** Where context handles are in a parameter or result: one, or an array of them, which may be behind a pointer that can be null. */
export interface HandleUse {
  readonly unit: Unit;
  /** Of the handle's type. */
  readonly name: string;
  readonly isArray: boolean;
  readonly isOptional: boolean;
}

/** A type without alias names; enums, structs and unions carry their definitions. */
export type Resolved =
  | Exclude<Type, { kind: "named" | "union" | "scalar" }>
  | { readonly kind: "scalar"; readonly scalar: Scalar | WellKnown }
  | { readonly kind: "text"; readonly text: WellKnownText }
  | {
      readonly kind: "definition";
      readonly unit: Unit;
      readonly definition: Exclude<TypeDefinition, { kind: "alias" }> | HookedDefinition;
      /** What gives the discriminant of a union that is not encapsulated. */
      readonly switchIs: Expression | null;
    };

/** Looks up what a model's types refer to. */
export class ModelIndex {
  /** By unit and name. */
  readonly #types = new Map<
    string,
    Map<string, { readonly unit: Unit; readonly definition: TypeDefinition }>
  >();
  readonly #hooks: ReadonlySet<string>;
  readonly #recursive = new Map<Composite, boolean>();

  readonly #natural: NaturalOption;

  /** `hooks` are the names of the typedefs that are converted; `natural` says which well-known structs are no structs. */
  constructor(model: Model, hooks: ReadonlySet<string> = new Set(), natural: NaturalOption = true) {
    this.#hooks = hooks;
    this.#natural = natural;
    for (const unit of model.units) {
      this.#types.set(
        unit.name,
        new Map(unit.types.map((definition) => [definition.name, { unit, definition }])),
      );
    }
  }

  /** The definition that a named type refers to. Throws RangeError for a model that is not checked. */
  definition(type: Extract<Type, { kind: "named" | "union" }>): {
    readonly unit: Unit;
    readonly definition: TypeDefinition;
  } {
    const found = this.#types.get(type.unit)?.get(type.name);
    if (found === undefined) throw new RangeError(`The model has no type ${type.unit}.${type.name}`);
    return found;
  }

  /** The natural value that stands for a definition; null if it is what it says. */
  natural(definition: TypeDefinition): WellKnown | WellKnownText | null {
    const known = wellKnown(definition);
    return known !== null && isWanted(known, this.#natural) ? known : null;
  }

  /** Whether programs see something else than what is sent. */
  isHooked({ name }: AliasDefinition): boolean {
    return this.#hooks.has(name);
  }

  /** What stands behind any aliases. */
  resolve(type: Type): Resolved {
    if (type.kind !== "named" && type.kind !== "union") return type;
    const { unit, definition } = this.definition(type);
    if (definition.kind === "alias") {
      const { name, type: wire } = definition;
      if (!this.isHooked(definition)) return this.resolve(wire);
      return { kind: "definition", unit, definition: { kind: "hooked", name, wire }, switchIs: null };
    }
    const known = this.natural(definition);
    if (known === "sid" || known === "unicodeString") return { kind: "text", text: known };
    if (known !== null) return { kind: "scalar", scalar: known };
    return { kind: "definition", unit, definition, switchIs: type.kind === "union" ? type.switchIs : null };
  }

  /** The [range] of the first alias on the way, as an alias hands it to whatever is of its type. */
  rangeOf(type: Type): Range | null {
    if (type.kind !== "named") return null;
    const { definition } = this.definition(type);
    return definition.kind === "alias" ? (definition.range ?? this.rangeOf(definition.type)) : null;
  }

  /** The type behind all pointers. */
  pointee(type: Type): Type {
    const resolved = this.resolve(type);
    return resolved.kind === "pointer" ? this.pointee(resolved.target) : type;
  }

  /** The struct that a type is, if it is one. */
  struct(type: Type): StructDefinition | null {
    const resolved = this.resolve(type);
    return resolved.kind === "definition" && resolved.definition.kind === "struct"
      ? resolved.definition
      : null;
  }

  /** The union that a type is, or that it points to by reference. */
  union(type: Type): UnionDefinition | null {
    const resolved = this.resolve(type);
    if (resolved.kind === "pointer" && resolved.pointer === "ref") return this.union(resolved.target);
    return resolved.kind === "definition" && resolved.definition.kind === "union"
      ? resolved.definition
      : null;
  }

  /** The pipe that a type is, or that it points to by reference. */
  pipe(type: Type): { readonly unit: Unit; readonly definition: PipeDefinition } | null {
    const resolved = this.resolve(type);
    if (resolved.kind === "pointer" && resolved.pointer === "ref") return this.pipe(resolved.target);
    if (resolved.kind !== "definition" || resolved.definition.kind !== "pipe") return null;
    return { unit: resolved.unit, definition: resolved.definition };
  }

  /** The context handle that a type is, that it points to by reference, or that it is an array of. */
  contextHandle(type: Type): HandleUse | null {
    const resolved = this.resolve(type);
    if (resolved.kind === "array") {
      const element = this.contextHandle(resolved.element);
      return element && { ...element, isArray: true };
    }
    if (resolved.kind === "pointer") {
      const target = this.contextHandle(resolved.target);
      return target && { ...target, isOptional: target.isOptional || resolved.pointer !== "ref" };
    }
    if (resolved.kind !== "definition" || resolved.definition.kind !== "context_handle") return null;
    return { unit: resolved.unit, name: resolved.definition.name, isArray: false, isOptional: false };
  }

  /** What JavaScript holds a scalar or enum in. */
  valueKind(type: Type): ScalarLayout["type"] {
    const resolved = this.resolve(type);
    return resolved.kind === "scalar" ? scalarLayout(resolved.scalar).type : "number";
  }

  /** Whether null is a value of the type. */
  isNullable(type: Type): boolean {
    const resolved = this.resolve(type);
    if (resolved.kind === "text") return resolved.text === "unicodeString";
    if (resolved.kind === "definition") return resolved.definition.kind === "context_handle";
    if (resolved.kind === "system_handle") return resolved.nullable;
    return resolved.kind === "pointer" && (resolved.pointer !== "ref" || this.isNullable(resolved.target));
  }

  /**
   * Whether what a pointer points to is held in an object with the one property `value`: what could be null itself, and
   * behind a full pointer what is no object and so has no identity.
   */
  isBoxed(pointer: Extract<Type, { kind: "pointer" }>): boolean {
    if (pointer.pointer === "ref") return false;
    if (this.isNullable(pointer.target)) return true;
    if (pointer.pointer === "unique") return false;
    const resolved = this.resolve(pointer.target);
    if (resolved.kind === "pointer") return this.isBoxed({ ...pointer, target: resolved.target });
    if (resolved.kind === "string") return resolved.unit !== "byte";
    if (resolved.kind === "text") return true;
    return (
      resolved.kind === "scalar" || (resolved.kind === "definition" && resolved.definition.kind === "enum")
    );
  }

  /** Adds the structs and unions that a value of the type may hold, through pointers too. */
  collect(type: Type, found: Set<Composite>): void {
    const resolved = this.resolve(type);
    if (resolved.kind === "pointer") this.collect(resolved.target, found);
    else if (resolved.kind === "array") this.collect(resolved.element, found);
    else if (resolved.kind === "definition") {
      const { definition } = resolved;
      if (definition.kind === "pipe") this.collect(definition.element, found);
      if (definition.kind === "hooked") this.collect(definition.wire, found);
      if (definition.kind !== "struct" && definition.kind !== "union") return;
      if (found.has(definition)) return;
      found.add(definition);
      for (const held of heldTypes(definition)) this.collect(held, found);
    }
  }

  /** Whether full pointers are among what a value may hold, through pointers too. */
  holdsFullPointers(type: Type): boolean {
    const found = new Set<Composite>();
    this.collect(type, found);
    return (
      this.#isFull(type) || [...found].some((held) => heldTypes(held).some((each) => this.#isFull(each)))
    );
  }

  #isFull(type: Type): boolean {
    const resolved = this.resolve(type);
    if (resolved.kind === "pointer") return resolved.pointer === "ptr" || this.#isFull(resolved.target);
    return resolved.kind === "array" && this.#isFull(resolved.element);
  }

  /** Whether a struct or union holds a value of itself, through pointers. */
  isRecursive(composite: Composite): boolean {
    const known = this.#recursive.get(composite);
    if (known !== undefined) return known;
    const reached = new Set<Composite>();
    for (const type of heldTypes(composite)) this.collect(type, reached);
    const recursive = reached.has(composite);
    this.#recursive.set(composite, recursive);
    return recursive;
  }
}

/** The types of the members or arms. */
export function heldTypes(composite: Composite): Type[] {
  if (composite.kind === "struct") return composite.members.map(({ type }) => type);
  return composite.arms.flatMap(({ type }) => (type === null ? [] : [type]));
}

/** The dimensions of an array whose counts stand together in front of its elements, from the outermost. */
export function dimensions(index: ModelIndex, array: ArrayType): readonly ArrayType[] {
  const inner = index.resolve(array.element);
  return inner.kind === "array" && inner.joined ? [array, ...dimensions(index, inner)] : [array];
}

/** Whether an array is sent with its offset and actual count. */
export function isVarying(array: ArrayType): boolean {
  return array.length !== null || array.first !== null;
}

/** A chunk of a pipe, as the array that it is. */
export function chunkType(pipe: PipeDefinition): ArrayType {
  const { element } = pipe;
  return { kind: "array", element, fixed: null, size: null, length: null, first: null, joined: false };
}
