import type { ArrayType, StructDefinition, Type, UnionDefinition } from "@ncalrpc/idl";
import { dimensions, isVarying, type ModelIndex } from "./model-index.js";
import { type Alignment, type ScalarLayout, scalarLayout } from "./scalar-layout.js";

export function larger(a: Alignment, b: Alignment): Alignment {
  return a > b ? a : b;
}

/** Facts about how types lie on the wire: in NDR20, or with `wide` in NDR64. */
export class Layout {
  readonly #index: ModelIndex;
  readonly #alignments = [new Map<StructDefinition, Alignment>(), new Map<StructDefinition, Alignment>()];
  readonly #minimums = new Map<StructDefinition, number>();
  readonly #pointers = new Map<StructDefinition | UnionDefinition, boolean>();

  constructor(index: ModelIndex) {
    this.#index = index;
  }

  /** The typed array that stands for an array, or null. */
  typedArray(array: ArrayType): ScalarLayout["array"] {
    const element = this.#index.resolve(array.element);
    return element.kind === "scalar" ? scalarLayout(element.scalar).array : null;
  }

  /** C706 14.2.2, 14.3.1: of a struct the largest of its members, of a union that of its tag and arms. */
  alignment(type: Type, wide = false): Alignment {
    const resolved = this.#index.resolve(type);
    const pointer = wide ? 8 : 4;
    switch (resolved.kind) {
      case "scalar": {
        const { size, wideSize } = scalarLayout(resolved.scalar);
        return wide ? wideSize : size;
      }
      case "system_handle":
        return 4;
      case "text":
        return resolved.text === "sid" ? 4 : pointer;
      case "pointer":
      case "string":
        return pointer;
      case "array": {
        const element = this.alignment(resolved.element, wide);
        // Captures of NDR64 show that a max count in front of a struct does not align the struct itself.
        const all = dimensions(this.#index, resolved);
        const counted = all.some(isVarying) || (all.some(isConformant) && !wide);
        return counted ? larger(element, pointer) : element;
      }
      case "definition": {
        const { definition } = resolved;
        if (definition.kind === "struct") return this.structAlignment(definition, wide);
        if (definition.kind === "union") return this.unionAlignment(definition, wide);
        if (definition.kind === "hooked") return this.alignment(definition.wire, wide);
        return definition.kind === "enum" && !definition.wide && !wide ? 2 : 4;
      }
    }
  }

  structAlignment(struct: StructDefinition, wide = false): Alignment {
    const known = this.#alignments[Number(wide)];
    let alignment = known?.get(struct);
    if (alignment === undefined) {
      alignment = struct.members.map((member) => this.alignment(member.type, wide)).reduce(larger, 1);
      known?.set(struct, alignment);
    }
    return alignment;
  }

  /** What a struct that holds the union is aligned to, and in NDR64 the union itself. */
  unionAlignment(union: UnionDefinition, wide = false): Alignment {
    return larger(this.alignment(union.discriminant, wide), this.armAlignment(union, wide));
  }

  /** The largest alignment of any arm. */
  armAlignment(union: UnionDefinition, wide = false): Alignment {
    const types = union.arms.flatMap(({ type }) => (type === null ? [] : [type]));
    return types.map((type) => this.alignment(type, wide)).reduce(larger, 1);
  }

  /** Whether writing the first member aligns the struct by itself: an array may be empty. */
  alignsItself(struct: StructDefinition, wide = false): boolean {
    const alignment = this.structAlignment(struct, wide);
    if (alignment === 1) return true;
    const [first] = struct.members;
    if (first === undefined) return false;
    const resolved = this.#index.resolve(first.type);
    if (resolved.kind === "array") return false;
    if (resolved.kind === "definition" && resolved.definition.kind === "union" && !wide) {
      return this.alignment(resolved.definition.discriminant) === alignment;
    }
    return this.alignment(first.type, wide) === alignment;
  }

  /**
   * What a struct is padded to in NDR64 (MS-RPCE 2.2.5.3.4.1): after its last member, or before the array that it ends in. 1
   * if its members come to that anyway, or if it ends in another struct with such an array, whose padding it is.
   */
  trail(struct: StructDefinition): Alignment {
    const alignment = this.structAlignment(struct, true);
    const last = struct.members.at(-1);
    if (alignment === 1 || last === undefined) return 1;
    let { members } = struct;
    if (this.isConformant(last.type)) {
      const { kind } = this.#index.resolve(last.type);
      if (kind === "definition" || kind === "text") return 1;
      members = members.slice(0, -1);
    }
    let size: number | null = 0;
    for (const { type } of members) size = this.#after(size, type);
    return size !== null && size % alignment === 0 ? 1 : alignment;
  }

  /** Where a value ends in NDR64 that comes after `offset` octets; null if that depends on the value. */
  #after(offset: number | null, type: Type): number | null {
    if (offset === null) return null;
    const resolved = this.#index.resolve(type);
    const alignment = this.alignment(type, true);
    const start = Math.ceil(offset / alignment) * alignment;
    if (resolved.kind === "pointer") return start + alignment;
    if (resolved.kind === "text") return resolved.text === "sid" ? null : start + 16;
    if (resolved.kind === "system_handle") return start + 8;
    if (resolved.kind === "scalar") return start + (scalarLayout(resolved.scalar).octets ?? alignment);
    if (resolved.kind === "array") {
      if (resolved.fixed === null || isVarying(resolved)) return null;
      return resolved.fixed === 0 ? offset : this.#repeated(start, resolved);
    }
    if (resolved.kind !== "definition") return null;
    const { definition } = resolved;
    if (definition.kind === "hooked") return this.#after(offset, definition.wire);
    if (definition.kind === "enum") return start + 4;
    if (definition.kind === "context_handle") return start + 20;
    if (definition.kind !== "struct" || this.structIsConformant(definition)) return null;
    let end: number | null = start;
    for (const member of definition.members) end = this.#after(end, member.type);
    return end === null ? null : Math.ceil(end / alignment) * alignment;
  }

  #repeated(start: number, array: ArrayType): number | null {
    const one = this.#after(0, array.element);
    const alignment = this.alignment(array.element, true);
    if (one === null) return null;
    return start + Math.ceil(one / alignment) * alignment * ((array.fixed ?? 1) - 1) + one;
  }

  /** Whether an array is one of [ref] pointers: in NDR20 they have no place of their own in it, only their referents (C706 14.3.12.3). */
  holdsReferences(array: ArrayType): boolean {
    const element = this.#index.resolve(array.element);
    return element.kind === "pointer" && element.pointer === "ref";
  }

  /** Fewest octets that an element of an array, in all its dimensions, takes; at least 1, so that no count goes unchecked. */
  elementMinimum(whole: ArrayType): number {
    const array = dimensions(this.#index, whole).at(-1) ?? whole;
    return this.holdsReferences(array) ? 1 : Math.max(1, this.minimum(array.element));
  }

  /** Fewest octets of a value in place, in either syntax: what its pointers point to is not counted. */
  minimum(type: Type): number {
    const resolved = this.#index.resolve(type);
    switch (resolved.kind) {
      case "scalar": {
        const { octets, size } = scalarLayout(resolved.scalar);
        return octets ?? size;
      }
      case "text":
      case "system_handle":
        return 8;
      case "pointer":
        return 4;
      case "string":
        return (resolved.fixed === null ? 12 : 8) + (resolved.unit === "wchar_t" ? 2 : 1);
      case "array": {
        const all = dimensions(this.#index, resolved);
        if (all.some(isVarying)) return 8 * all.length;
        if (all.some(isConformant) || this.holdsReferences(resolved)) return 0;
        return (resolved.fixed ?? 0) * this.minimum(resolved.element);
      }
      case "definition": {
        const { definition } = resolved;
        if (definition.kind === "struct") return this.#structMinimum(definition);
        if (definition.kind === "union") return this.minimum(definition.discriminant);
        if (definition.kind === "hooked") return this.minimum(definition.wire);
        if (definition.kind === "context_handle") return 20;
        return definition.kind === "enum" && !definition.wide ? 2 : 4;
      }
    }
  }

  #structMinimum(struct: StructDefinition): number {
    let minimum = this.#minimums.get(struct);
    if (minimum === undefined) {
      minimum = struct.members.reduce((sum, member) => sum + this.minimum(member.type), 0);
      this.#minimums.set(struct, minimum);
    }
    return minimum;
  }

  /** Whether a value is more than its body: referents follow, or a count precedes the outermost struct. */
  isDeferred(type: Type): boolean {
    return this.hasPointers(type) || this.isConformant(type);
  }

  /** Whether a value in place leaves referents for later. */
  hasPointers(type: Type): boolean {
    const resolved = this.#index.resolve(type);
    if (resolved.kind === "pointer") return true;
    if (resolved.kind === "text") return resolved.text === "unicodeString";
    if (resolved.kind === "array") return this.hasPointers(resolved.element);
    if (resolved.kind !== "definition") return false;
    const { definition } = resolved;
    return (definition.kind === "struct" || definition.kind === "union") && this.holdsPointers(definition);
  }

  holdsPointers(definition: StructDefinition | UnionDefinition): boolean {
    let pointers = this.#pointers.get(definition);
    if (pointers === undefined) {
      pointers =
        definition.kind === "struct"
          ? definition.members.some(({ type, ignore }) => !ignore && this.hasPointers(type))
          : definition.arms.some(({ type }) => type !== null && this.hasPointers(type));
      this.#pointers.set(definition, pointers);
    }
    return pointers;
  }

  /** How many max counts of a value go in front of the outermost struct (C706 14.3.7.2, "hoisting"): one for each dimension. */
  hoistedCounts(type: Type): number {
    const resolved = this.#index.resolve(type);
    switch (resolved.kind) {
      case "string":
        return Number(resolved.fixed === null);
      case "text":
        return Number(resolved.text === "sid");
      case "array": {
        const all = dimensions(this.#index, resolved);
        return all.some(isConformant) ? all.length : 0;
      }
      case "definition": {
        const { definition } = resolved;
        const last = definition.kind === "struct" ? definition.members.at(-1) : undefined;
        return last === undefined ? 0 : this.hoistedCounts(last.type);
      }
      default:
        return 0;
    }
  }

  isConformant(type: Type): boolean {
    return this.hoistedCounts(type) > 0;
  }

  structIsConformant(struct: StructDefinition): boolean {
    const last = struct.members.at(-1);
    return last !== undefined && this.isConformant(last.type);
  }
}

function isConformant({ fixed }: ArrayType): boolean {
  return fixed === null;
}
