import type { Member, Model, Range, StructDefinition, Type, TypeDefinition, Unit } from "@ncalrpc/idl";

/** A type without alias names; enums and structs carry their definitions. */
export type Resolved =
  | Exclude<Type, { kind: "named" }>
  | {
      readonly kind: "definition";
      readonly unit: Unit;
      readonly definition: Exclude<TypeDefinition, { kind: "alias" }>;
    };

/** Looks up what a model's types refer to. */
export class ModelIndex {
  readonly #types = new Map<string, { readonly unit: Unit; readonly definition: TypeDefinition }>();
  readonly #recursive = new Map<StructDefinition, boolean>();

  constructor(model: Model) {
    for (const unit of model.units) {
      for (const definition of unit.types)
        this.#types.set(`${unit.name}.${definition.name}`, { unit, definition });
    }
  }

  /** The definition that a named type refers to. Throws RangeError for a model that is not checked. */
  definition(type: Extract<Type, { kind: "named" }>): {
    readonly unit: Unit;
    readonly definition: TypeDefinition;
  } {
    const found = this.#types.get(`${type.unit}.${type.name}`);
    if (found === undefined) throw new RangeError(`The model has no type ${type.unit}.${type.name}`);
    return found;
  }

  /** What stands behind any aliases. */
  resolve(type: Type): Resolved {
    if (type.kind !== "named") return type;
    const { unit, definition } = this.definition(type);
    return definition.kind === "alias"
      ? this.resolve(definition.type)
      : { kind: "definition", unit, definition };
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

  /** The context handle's name that a type is, or that it points to by reference. */
  contextHandle(type: Type): { readonly unit: Unit; readonly name: string } | null {
    const resolved = this.resolve(type);
    if (resolved.kind === "pointer" && resolved.pointer === "ref") return this.contextHandle(resolved.target);
    if (resolved.kind !== "definition" || resolved.definition.kind !== "context_handle") return null;
    return { unit: resolved.unit, name: resolved.definition.name };
  }

  /** Whether null is a value of the type. */
  isNullable(type: Type): boolean {
    const resolved = this.resolve(type);
    if (resolved.kind === "definition") return resolved.definition.kind === "context_handle";
    return resolved.kind === "pointer" && (resolved.pointer === "unique" || this.isNullable(resolved.target));
  }

  /** Adds the structs that a value of the type may hold, through pointers too. */
  collectStructs(type: Type, found: Set<StructDefinition>): void {
    const resolved = this.resolve(type);
    if (resolved.kind === "pointer") this.collectStructs(resolved.target, found);
    else if (resolved.kind === "array") this.collectStructs(resolved.element, found);
    else if (resolved.kind === "definition" && resolved.definition.kind === "struct") {
      if (found.has(resolved.definition)) return;
      found.add(resolved.definition);
      for (const member of resolved.definition.members) this.collectStructs(member.type, found);
    }
  }

  /** Whether a struct holds a value of itself, through pointers. */
  isRecursive(struct: StructDefinition): boolean {
    const known = this.#recursive.get(struct);
    if (known !== undefined) return known;
    const reached = new Set<StructDefinition>();
    for (const member of struct.members) this.collectStructs(member.type, reached);
    const recursive = reached.has(struct);
    this.#recursive.set(struct, recursive);
    return recursive;
  }
}

/**
 * The members of a struct. Counts behind embedded pointers are left to the caller: their values are not there yet when the
 * arrays are read.
 */
export function structMembers(index: ModelIndex, struct: StructDefinition): readonly Member[] {
  return struct.members.map((member) =>
    member.countOf !== null && index.resolve(member.type).kind === "pointer"
      ? { ...member, countOf: null }
      : member,
  );
}

/** Members that values have: all but the counts that are derived. */
export function visible<M extends Member>(members: readonly M[]): M[] {
  return members.filter((member) => member.countOf === null);
}
