import type { ArrayType, Scalar, StructDefinition, Type } from "@ncalrpc/idl";
import type { ModelIndex } from "./model-index.js";

/** How one scalar is written, read and held (NDR20 sizes: C706 14.2). */
export interface ScalarLayout {
  /** Octets; the alignment too. */
  readonly size: 1 | 2 | 4 | 8;
  /** The method of `Reader` and `Writer` for one. */
  readonly method: string;
  readonly type: "number" | "bigint" | "boolean";
  /** What an array of them becomes, null for a plain array, with the methods for its elements. */
  readonly array: { readonly type: string; readonly method: string } | null;
}

function scalar(size: 1 | 2 | 4 | 8, method: string, array: string, arrayMethod: string): ScalarLayout {
  return {
    size,
    method,
    type: size === 8 && method !== "float64" ? "bigint" : "number",
    array: { type: array, method: arrayMethod },
  };
}

const layouts: Readonly<Record<Scalar, ScalarLayout>> = {
  boolean: { size: 1, method: "boolean", type: "boolean", array: null },
  byte: scalar(1, "uint8", "Uint8Array", "bytes"),
  char: scalar(1, "char", "Uint8Array", "bytes"),
  wchar_t: scalar(2, "wchar", "Uint16Array", "uint16Array"),
  int8: scalar(1, "int8", "Int8Array", "int8Array"),
  uint8: scalar(1, "uint8", "Uint8Array", "bytes"),
  int16: scalar(2, "int16", "Int16Array", "int16Array"),
  uint16: scalar(2, "uint16", "Uint16Array", "uint16Array"),
  int32: scalar(4, "int32", "Int32Array", "int32Array"),
  uint32: scalar(4, "uint32", "Uint32Array", "uint32Array"),
  int64: scalar(8, "int64", "BigInt64Array", "bigInt64Array"),
  uint64: scalar(8, "uint64", "BigUint64Array", "bigUint64Array"),
  float: scalar(4, "float32", "Float32Array", "float32Array"),
  double: scalar(8, "float64", "Float64Array", "float64Array"),
  error_status_t: scalar(4, "uint32", "Uint32Array", "uint32Array"),
};

export function scalarLayout(name: Scalar): ScalarLayout {
  return layouts[name];
}

type Alignment = 1 | 2 | 4 | 8;

function larger(a: Alignment, b: Alignment): Alignment {
  return a > b ? a : b;
}

/** Facts about how types lie on the wire. */
export class Layout {
  readonly #index: ModelIndex;
  readonly #alignments = new Map<StructDefinition, Alignment>();
  readonly #minimums = new Map<StructDefinition, number>();
  readonly #pointers = new Map<StructDefinition, boolean>();

  constructor(index: ModelIndex) {
    this.#index = index;
  }

  /** The typed array that stands for an array, or null. */
  typedArray(array: ArrayType): ScalarLayout["array"] {
    const element = this.#index.resolve(array.element);
    return element.kind === "scalar" ? scalarLayout(element.scalar).array : null;
  }

  /** C706 14.2.2, 14.3.1: of a struct the largest of its members. */
  alignment(type: Type): Alignment {
    const resolved = this.#index.resolve(type);
    switch (resolved.kind) {
      case "scalar":
        return scalarLayout(resolved.scalar).size;
      case "pointer":
      case "string":
        return 4;
      case "array": {
        const element = this.alignment(resolved.element);
        return resolved.fixed === null || resolved.length !== null ? larger(element, 4) : element;
      }
      case "definition":
        if (resolved.definition.kind === "struct") return this.structAlignment(resolved.definition);
        return resolved.definition.kind === "enum" && !resolved.definition.wide ? 2 : 4;
    }
  }

  structAlignment(struct: StructDefinition): Alignment {
    let alignment = this.#alignments.get(struct);
    if (alignment === undefined) {
      alignment = struct.members.map((member) => this.alignment(member.type)).reduce(larger, 1);
      this.#alignments.set(struct, alignment);
    }
    return alignment;
  }

  /** Whether writing the first member aligns the struct by itself: an array may be empty. */
  alignsItself(struct: StructDefinition): boolean {
    const alignment = this.structAlignment(struct);
    if (alignment === 1) return true;
    const [first] = struct.members;
    if (first === undefined || this.#index.resolve(first.type).kind === "array") return false;
    return this.alignment(first.type) === alignment;
  }

  /** Whether an array is one of [ref] pointers: they have no place of their own in it, only their referents (C706 14.3.12.3). */
  holdsReferences(array: ArrayType): boolean {
    const element = this.#index.resolve(array.element);
    return element.kind === "pointer" && element.pointer === "ref";
  }

  /** Fewest octets that an element of an array takes, and at least 1, so that no count goes unchecked. */
  elementMinimum(array: ArrayType): number {
    return this.holdsReferences(array) ? 1 : Math.max(1, this.minimum(array.element));
  }

  /** Fewest octets of a value in place: what its pointers point to is not counted. */
  minimum(type: Type): number {
    const resolved = this.#index.resolve(type);
    switch (resolved.kind) {
      case "scalar":
        return scalarLayout(resolved.scalar).size;
      case "pointer":
        return 4;
      case "string":
        return (resolved.fixed === null ? 12 : 8) + (resolved.unit === "wchar_t" ? 2 : 1);
      case "array": {
        if (resolved.length !== null) return 8;
        if (resolved.fixed === null || this.holdsReferences(resolved)) return 0;
        return resolved.fixed * this.minimum(resolved.element);
      }
      case "definition":
        if (resolved.definition.kind === "struct") return this.#structMinimum(resolved.definition);
        if (resolved.definition.kind === "context_handle") return 20;
        return resolved.definition.wide ? 4 : 2;
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

  /** Whether a value in place leaves referents for later. */
  hasPointers(type: Type): boolean {
    const resolved = this.#index.resolve(type);
    if (resolved.kind === "pointer") return true;
    if (resolved.kind === "array") return this.hasPointers(resolved.element);
    return resolved.kind === "definition" && resolved.definition.kind === "struct"
      ? this.structHasPointers(resolved.definition)
      : false;
  }

  structHasPointers(struct: StructDefinition): boolean {
    let pointers = this.#pointers.get(struct);
    if (pointers === undefined) {
      pointers = struct.members.some((member) => this.hasPointers(member.type));
      this.#pointers.set(struct, pointers);
    }
    return pointers;
  }

  /** Whether a value's max count goes in front of the outermost struct (C706 14.3.7.2, "hoisting"). */
  isConformant(type: Type): boolean {
    const resolved = this.#index.resolve(type);
    if (resolved.kind === "array" || resolved.kind === "string") return resolved.fixed === null;
    return (
      resolved.kind === "definition" &&
      resolved.definition.kind === "struct" &&
      this.structIsConformant(resolved.definition)
    );
  }

  structIsConformant(struct: StructDefinition): boolean {
    const last = struct.members.at(-1);
    return last !== undefined && this.isConformant(last.type);
  }
}
