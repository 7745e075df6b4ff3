import type { ArrayType, Expression, Member, Range, Scalar, Type } from "../model.js";
import type { BareType, Definitions } from "./definitions.js";

/** Octets of NDR20, from the least to the most that a message can have; the most is Infinity if nothing bounds it. */
export interface SizeBounds {
  readonly min: number;
  readonly max: number;
}

const SIZES: Readonly<Record<Scalar, 1 | 2 | 4 | 8>> = {
  boolean: 1,
  byte: 1,
  char: 1,
  int8: 1,
  uint8: 1,
  wchar_t: 2,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int3264: 4,
  uint3264: 4,
  float: 4,
  error_status_t: 4,
  int64: 8,
  uint64: 8,
  double: 8,
};
const CONTEXT_HANDLE = 20;
const SYSTEM_HANDLE = 8;
/** Structs to measure for one message; beyond that no bound is given. */
const STEPS = 20_000;

/** Members or parameters beside each other: their ranges bound what they count. */
type Siblings = readonly Member[];

/** Bounds of what a list of parameters takes in a request or a response. */
export function messageBounds(
  parameters: readonly Member[],
  siblings: Siblings,
  definitions: Definitions,
): SizeBounds {
  const walk = new Walk(definitions);
  let at: SizeBounds = { min: 0, max: 0 };
  for (const { type, range } of parameters) at = walk.topLevel(at, type, range, siblings);
  return at;
}

/** Offsets as intervals: aligning and adding keep their order, so the bounds hold whatever the values in between are. */
class Walk {
  readonly #definitions: Definitions;
  /** Structs that are being measured, or whose pointers are being followed: one of them behind a pointer has no bound. */
  readonly #open = new Set<object>();
  /** Structs of the value whose pointers are still to be followed. */
  #met = new Set<object>();
  #steps = 0;
  #pointees: {
    readonly type: Type;
    readonly canBeNull: boolean;
    readonly siblings: Siblings;
    readonly range: Range | null;
  }[] = [];

  constructor(definitions: Definitions) {
    this.#definitions = definitions;
  }

  /** A parameter: a ref pointer costs nothing, what is pointed to follows at once (C706 14.3.12). */
  topLevel(at: SizeBounds, type: Type, range: Range | null, siblings: Siblings): SizeBounds {
    const bare = this.#definitions.resolve(type, range);
    if (bare.type.kind === "pointer" && bare.type.pointer === "ref")
      return this.topLevel(at, bare.type.target, bare.range, siblings);
    return this.#whole(at, type, range, siblings);
  }

  /** A value with what its pointers point to, which comes after it. */
  #whole(at: SizeBounds, type: Type, range: Range | null, siblings: Siblings): SizeBounds {
    const around = { pointees: this.#pointees, met: this.#met };
    this.#pointees = [];
    this.#met = new Set();
    let end = this.#body(at, type, range, siblings, true);
    const pointees = this.#pointees;
    const opened = [...this.#met].filter((struct) => !this.#open.has(struct));
    for (const struct of opened) this.#open.add(struct);
    for (const pointee of pointees) {
      const after = this.#whole(end, pointee.type, pointee.range, pointee.siblings);
      end = { min: pointee.canBeNull ? end.min : after.min, max: after.max };
    }
    for (const struct of opened) this.#open.delete(struct);
    this.#pointees = around.pointees;
    this.#met = around.met;
    return end;
  }

  #body(
    at: SizeBounds,
    type: Type,
    range: Range | null,
    siblings: Siblings,
    isOutermost: boolean,
  ): SizeBounds {
    const bare = this.#definitions.resolve(type, range);
    const found = bare.type;
    switch (found.kind) {
      case "scalar":
        return plus(align(at, SIZES[found.scalar]), SIZES[found.scalar]);
      case "system_handle":
        return plus(align(at, 4), SYSTEM_HANDLE);
      case "pointer": {
        this.#pointees.push({
          type: found.target,
          canBeNull: found.pointer !== "ref",
          siblings,
          range: bare.range,
        });
        return plus(align(at, 4), 4);
      }
      case "string": {
        const unit = found.unit === "wchar_t" ? 2 : 1;
        const count = countBounds(bare.range, found.fixed ?? found.size, siblings, 1);
        const start = plus(align(at, 4), found.fixed === null ? 12 : 8);
        return { min: start.min + unit, max: start.max + unit * (found.fixed ?? count.max) };
      }
      case "array": {
        const size = countBounds(bare.range, found.fixed ?? found.size, siblings, 0);
        const all = this.#dimensions(found);
        const pairs = all.some(({ length }) => length !== null) ? 8 * all.length : 0;
        // Those of further dimensions stand in front of the first.
        const counts = found.joined ? 0 : pairs + (isOutermost ? 4 * this.#maxCounts(type) : 0);
        const start = counts === 0 ? at : plus(align(at, 4), counts);
        const count = found.length === null ? size : { min: 0, max: size.max };
        return this.#elements(start, found.element, count, siblings);
      }
      case "definition":
        return this.#definition(at, found, isOutermost);
    }
  }

  #definition(
    at: SizeBounds,
    { definition }: Extract<BareType, { kind: "definition" }>,
    isOutermost: boolean,
  ): SizeBounds {
    switch (definition.kind) {
      case "enum":
        return definition.wide ? plus(align(at, 4), 4) : plus(align(at, 2), 2);
      case "context_handle":
        return plus(align(at, 4), CONTEXT_HANDLE);
      case "pipe":
        return { min: plus(align(at, 4), 4).min, max: Number.POSITIVE_INFINITY };
      case "struct": {
        this.#steps += 1;
        if (this.#open.has(definition) || this.#steps > STEPS)
          return { min: at.min, max: Number.POSITIVE_INFINITY };
        this.#met.add(definition);
        this.#open.add(definition);
        const last = definition.members.at(-1);
        const counts = last === undefined || !isOutermost ? 0 : this.#maxCounts(last.type);
        let end = counts > 0 ? plus(align(at, 4), 4 * counts) : at;
        end = align(end, this.#alignment({ kind: "definition", definition, unit: "" }));
        for (const { type, range } of definition.members)
          end = this.#body(end, type, range, definition.members, false);
        this.#open.delete(definition);
        return end;
      }
      case "union": {
        const tagged = this.#body(at, definition.discriminant, null, [], false);
        const arms = definition.arms.map((arm) =>
          arm.type === null
            ? tagged
            : this.#body(
                align(tagged, this.#alignment(this.#definitions.resolve(arm.type).type)),
                arm.type,
                arm.range,
                [],
                false,
              ),
        );
        if (arms.length === 0) return tagged;
        return { min: Math.min(...arms.map(({ min }) => min)), max: Math.max(...arms.map(({ max }) => max)) };
      }
    }
  }

  /** Elements lie at their alignment from the first one on; between two of them there may be a gap. */
  #elements(at: SizeBounds, element: Type, count: SizeBounds, siblings: Siblings): SizeBounds {
    if (count.max === 0) return at;
    const alignment = this.#elementAlignment(element);
    const before = this.#pointees.length;
    const one = this.#body({ min: 0, max: 0 }, element, null, siblings, false);
    const pointees = this.#pointees.splice(before);
    let perElement = 0;
    let leastPerElement = 0;
    for (const { type, range, siblings: around, canBeNull } of pointees) {
      // Each may start at any place, so that up to 7 octets of a gap are in front of it.
      const { min, max } = this.#whole({ min: 0, max: 0 }, type, range, around);
      perElement += max + 7;
      if (!canBeNull) leastPerElement += min;
    }
    const start = align(at, alignment);
    const stride = { min: align(one, alignment).min, max: align(one, alignment).max };
    const min =
      count.min === 0
        ? at.min
        : start.min + (count.min - 1) * stride.min + one.min + count.min * leastPerElement;
    const max = start.max + (count.max - 1) * stride.max + one.max + count.max * perElement;
    return { min, max: Number.isNaN(max) ? Number.POSITIVE_INFINITY : max };
  }

  /** Rows of an array of several dimensions have no counts of their own to align. */
  #elementAlignment(element: Type): number {
    const { type: bare } = this.#definitions.resolve(element);
    return bare.kind === "array" && bare.joined
      ? this.#elementAlignment(bare.element)
      : this.#alignment(bare);
  }

  /** The dimensions of an array whose counts stand together (C706 14.3.3.4). */
  #dimensions(array: ArrayType): ArrayType[] {
    const { type: inner } = this.#definitions.resolve(array.element);
    return inner.kind === "array" && inner.joined ? [array, ...this.#dimensions(inner)] : [array];
  }

  /** How many max counts stand in front of a value. */
  #maxCounts(type: Type): number {
    const { type: bare } = this.#definitions.resolve(type);
    if (bare.kind === "string") return Number(bare.fixed === null);
    if (bare.kind === "array") {
      const all = this.#dimensions(bare);
      return all.some(({ fixed }) => fixed === null) ? all.length : 0;
    }
    const last =
      bare.kind === "definition" && bare.definition.kind === "struct"
        ? bare.definition.members.at(-1)
        : undefined;
    return last === undefined ? 0 : this.#maxCounts(last.type);
  }

  /** C706 14.2.2: of a struct the largest of its members'. */
  #alignment(bare: BareType): number {
    switch (bare.kind) {
      case "scalar":
        return SIZES[bare.scalar];
      case "pointer":
      case "string":
      case "system_handle":
        return 4;
      case "array": {
        const element = this.#alignment(this.#definitions.resolve(bare.element).type);
        return bare.fixed === null || bare.length !== null ? Math.max(4, element) : element;
      }
      case "definition": {
        const { definition } = bare;
        const of = (type: Type) => this.#alignment(this.#definitions.resolve(type).type);
        if (definition.kind === "enum") return definition.wide ? 4 : 2;
        if (definition.kind === "struct")
          return Math.max(1, ...definition.members.map(({ type }) => of(type)));
        if (definition.kind === "union")
          return Math.max(
            of(definition.discriminant),
            ...definition.arms.map(({ type }) => (type === null ? 1 : of(type))),
          );
        return 4;
      }
    }
  }
}

/** How many elements there can be: a range says it, or the range of the plain sibling that counts them. */
function countBounds(
  range: Range | null,
  size: number | Expression | null,
  siblings: Siblings,
  least: number,
): SizeBounds {
  if (typeof size === "number") return { min: size, max: size };
  if (range !== null) return { min: Math.max(least, Number(range.min)), max: Number(range.max) };
  if (size?.kind === "integer") return { min: Number(size.value), max: Number(size.value) };
  const counter = size?.kind === "name" ? siblings.find(({ name }) => name === size.name) : undefined;
  if (counter?.range == null) return { min: least, max: Number.POSITIVE_INFINITY };
  return { min: Math.max(least, Number(counter.range.min)), max: Number(counter.range.max) };
}

function align({ min, max }: SizeBounds, to: number): SizeBounds {
  return { min: Math.ceil(min / to) * to, max: Math.ceil(max / to) * to };
}

function plus({ min, max }: SizeBounds, octets: number): SizeBounds {
  return { min: min + octets, max: max + octets };
}
