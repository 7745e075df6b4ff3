import type { ArrayType, Member, Range, Scalar, Type, UnionDefinition } from "@ncalrpc/idl";
import { settled, visible } from "../src/derived-members.js";
import { Layout } from "../src/layout.js";
import { chunkType, type ModelIndex } from "../src/model-index.js";
import { memberNames } from "../src/unit-names.js";
import type { WellKnown } from "../src/well-known.js";
import type { Next } from "./random-idl.js";

const integers: Partial<Record<Scalar, readonly [min: bigint, bits: number]>> = {
  byte: [0n, 8],
  char: [0n, 8],
  wchar_t: [0n, 16],
  int8: [-(2n ** 7n), 8],
  uint8: [0n, 8],
  int16: [-(2n ** 15n), 16],
  uint16: [0n, 16],
  int32: [-(2n ** 31n), 32],
  uint32: [0n, 32],
  int64: [-(2n ** 63n), 64],
  uint64: [0n, 64],
  // What fits in both transfer syntaxes.
  int3264: [-(2n ** 31n), 32],
  uint3264: [0n, 32],
  error_status_t: [0n, 32],
};

/** Random values of a model's types, as programs hold them. */
export class RandomValue {
  readonly #index: ModelIndex;
  readonly #layout: Layout;
  readonly #next: Next;
  /** Values behind full pointers, for some of them to be pointed to twice. */
  readonly #shared = new Map<string, object[]>();
  #depth = 0;

  constructor(index: ModelIndex, next: Next) {
    this.#index = index;
    this.#layout = new Layout(index);
    this.#next = next;
  }

  /** The visible ones of a struct's members or of parameters, by name. */
  record(members: readonly Member[], deferred: boolean): Record<string, unknown> {
    // No two messages share what full pointers point to.
    if (!deferred) this.#shared.clear();
    const names = memberNames(members);
    return Object.fromEntries(
      visible(settled(this.#index, members, deferred)).map(({ name, type, range }) => [
        names.get(name) ?? name,
        range === null ? this.value(type) : this.#within(type, range),
      ]),
    );
  }

  value(type: Type): unknown {
    const resolved = this.#index.resolve(type);
    if (resolved.kind === "scalar") return this.#scalar(resolved.scalar);
    if (resolved.kind === "string") return this.#string(resolved.unit, resolved.fixed ?? 20);
    if (resolved.kind === "text" && resolved.text === "sid") return `S-1-5-${this.#next(100)}`;
    if (resolved.kind === "text") return this.#next(4) === 0 ? null : this.#string("wchar_t", 20);
    if (resolved.kind === "system_handle") {
      if (resolved.nullable && this.#next(4) === 0) return null;
      return { kind: resolved.handle, fd: this.#next(1000), take: () => 0, close: () => {} };
    }
    if (resolved.kind === "array") return this.#array(resolved, this.#count(resolved));
    if (resolved.kind === "pointer") return this.#pointer(resolved);
    const { definition } = resolved;
    switch (definition.kind) {
      case "hooked":
        return this.value(definition.wire);
      case "enum":
        return definition.labels[this.#next(definition.labels.length)]?.value;
      case "struct":
        return this.record(definition.members, true);
      case "union":
        return this.#union(definition);
      case "pipe":
        return Array.from({ length: this.#next(3) }, () =>
          this.#array(chunkType(definition), 1 + this.#next(3)),
        );
      case "context_handle":
        return null;
    }
  }

  /** An integer of a range. */
  #within(type: Type, { min, max }: Range): unknown {
    const value = BigInt(min) + BigInt(this.#next(Number(BigInt(max) - BigInt(min)) + 1));
    return this.#index.valueKind(type) === "bigint" ? value : Number(value);
  }

  #scalar(scalar: Scalar | WellKnown): unknown {
    if (scalar === "guid") return "00112233-4455-6677-8899-aabbccddeeff";
    if (scalar === "largeInteger") return this.#scalar("int64");
    if (scalar === "unsignedLargeInteger") return this.#scalar("uint64");
    if (scalar === "filetime") return BigInt(this.#next(0xffff_ffff));
    if (scalar === "boolean") return this.#next(2) === 1;
    if (scalar === "float") return Math.fround(this.#next(1000) / 8 - 50);
    if (scalar === "double") return this.#next(100_000) / 7;
    const [min, bits] = integers[scalar] ?? [0n, 8];
    const word = (BigInt(this.#next(0xffff_ffff)) << 32n) | BigInt(this.#next(0xffff_ffff));
    const value = min + BigInt.asUintN(bits, word);
    return this.#index.valueKind({ kind: "scalar", scalar }) === "bigint" ? value : Number(value);
  }

  #string(unit: string, bound: number): unknown {
    const units = Array.from(
      { length: this.#next(bound) },
      () => 1 + this.#next(unit === "wchar_t" ? 0xffff : 0xff),
    );
    return unit === "byte" ? Uint8Array.from(units) : String.fromCharCode(...units);
  }

  /** The elements that an array has to have; null if a sibling counts them, which is derived. */
  #count({ length, size, fixed }: ArrayType): number | null {
    const sent = length ?? size;
    if (sent === null) return fixed;
    return sent.kind === "integer" ? Number(sent.value) : null;
  }

  #array(array: ArrayType, count: number | null): unknown {
    const values = Array.from({ length: count ?? this.#next(4) }, () => this.value(array.element));
    const typed = this.#layout.typedArray(array);
    if (typed === null) return values;
    // Each typed array's constructor takes what its elements are.
    const make = Reflect.get(globalThis, typed.type);
    return make.from(values);
  }

  #pointer(pointer: Extract<Type, { kind: "pointer" }>): unknown {
    if (pointer.pointer === "ref") return this.value(pointer.target);
    if (this.#depth > 4 || this.#next(4) === 0) return null;
    const key = JSON.stringify(pointer.target);
    const known = this.#shared.get(key) ?? [];
    this.#shared.set(key, known);
    if (pointer.pointer === "ptr" && known.length > 0 && this.#next(3) === 0) {
      return known[this.#next(known.length)];
    }
    this.#depth++;
    const target = this.value(pointer.target);
    this.#depth--;
    const value = this.#index.isBoxed(pointer) ? { value: target } : target;
    if (pointer.pointer === "ptr" && typeof value === "object" && value !== null) known.push(value);
    return value;
  }

  #union(union: UnionDefinition): unknown {
    const arm = union.arms[this.#next(union.arms.length)];
    const isBig = this.#index.valueKind(union.discriminant) === "bigint";
    const tag = (value: string): unknown => (isBig ? BigInt(value) : Number(value));
    const value = arm === undefined || arm.type === null ? {} : { value: this.value(arm.type) };
    const [label] = arm?.labels ?? [];
    // No label of the random unions is 100.
    return label === undefined
      ? { tag: "default", discriminant: tag("100"), ...value }
      : { tag: tag(label), ...value };
  }
}
