import type { ArrayType, Type, UnionDefinition } from "@ncalrpc/idl";
import { isHidden, structMembers } from "./derived-members.js";
import { type Composite, dimensions, heldTypes, isVarying } from "./model-index.js";
import type { ModuleContext } from "./module-context.js";
import { scalarLayout } from "./scalar-layout.js";

// Octets that V8 takes on 64-bit machines (measured, Node 20): an object, a property or an element, an array, and what a number
// beyond 31 bits, a bigint and a short text lie in.
const object = 24;
const place = 8;
const array = 48;
const heapNumber = 16;
const bigint = 24;
const text = 64;

/**
 * Octets of memory that each element of an array takes beyond 8 for each of its octets on the wire, with what its pointers point to:
 * what `Reader.count` wants to know. Negative where it takes fewer. Typed arrays and texts are charged by what reads them.
 */
export function elementOverhead(context: ModuleContext, whole: ArrayType): number {
  const { index, layout } = context;
  const innermost = dimensions(index, whole).at(-1) ?? whole;
  if (layout.typedArray(innermost) !== null) return 0;
  const overhead = new Overhead(context);
  const { element } = innermost;
  if (layout.holdsReferences(innermost)) return place + overhead.target(element);
  const more = place + overhead.of(element);
  // An array that is counted in place may claim the octets of elements that follow, which are then no reason for more memory.
  return overhead.holdsCounts(element) ? Math.max(0, more) : more;
}

/** The same for a nested value of a recursive type, which what holds it is not charged for. */
export function nestedOverhead(context: ModuleContext, composite: Composite): number {
  return Math.max(0, new Overhead(context).composite(composite));
}

/** What values take beyond 8 octets of memory for each octet on the wire, beside the place that holds them. */
class Overhead {
  readonly #context: ModuleContext;
  /** What is being looked at: a value that holds itself through pointers is charged for each time. */
  readonly #entered = new Set<Composite>();

  constructor(context: ModuleContext) {
    this.#context = context;
  }

  of(type: Type): number {
    const { index, layout } = this.#context;
    const resolved = index.resolve(type);
    switch (resolved.kind) {
      case "scalar": {
        const { size, octets, type, method } = scalarLayout(resolved.scalar);
        const isSmall = type === "boolean" || (size < 4 && type === "number") || method === "int32";
        const held = type === "bigint" ? bigint : type === "string" ? text : isSmall ? 0 : heapNumber;
        return held - 8 * (octets ?? size);
      }
      case "pointer": {
        const box = index.isBoxed(resolved) ? object + place : 0;
        return -8 * layout.minimum(type) + Math.max(0, box + this.target(type));
      }
      case "array": {
        if (layout.typedArray(resolved) !== null || resolved.joined) return 0;
        if (resolved.fixed === null) return array - 8 * 4;
        if (isVarying(resolved)) return 0;
        if (layout.holdsReferences(resolved))
          return array + resolved.fixed * (place + this.target(resolved.element));
        return array + resolved.fixed * (place + this.of(resolved.element));
      }
      case "text":
      case "string":
        return 0;
      case "system_handle":
        // What stands for it was there before.
        return -8 * layout.minimum(type);
      case "definition": {
        const { definition } = resolved;
        if (definition.kind === "struct" || definition.kind === "union") return this.composite(definition);
        // Whatever a hook makes of a value is not of this message's making.
        if (definition.kind === "hooked") return Math.max(0, this.of(definition.wire));
        return definition.kind === "context_handle" ? text - 8 * 20 : -8 * layout.minimum(type);
      }
    }
  }

  /** Of what a pointer points to. */
  target(type: Type): number {
    const resolved = this.#context.index.resolve(type);
    return resolved.kind === "pointer" ? Math.max(0, this.of(resolved.target)) : 0;
  }

  composite(composite: Composite): number {
    if (this.#entered.has(composite)) return 0;
    this.#entered.add(composite);
    const overhead = composite.kind === "struct" ? this.#members(composite) : this.#arms(composite);
    this.#entered.delete(composite);
    return overhead;
  }

  /** Whether a value in place holds arrays whose counts stand there too. */
  holdsCounts(type: Type): boolean {
    const { index } = this.#context;
    const resolved = index.resolve(type);
    if (resolved.kind === "array")
      return isVarying(resolved) || resolved.joined || this.holdsCounts(resolved.element);
    if (resolved.kind !== "definition") return false;
    const { definition } = resolved;
    if (definition.kind === "hooked") return true;
    if (definition.kind !== "struct" && definition.kind !== "union") return false;
    return heldTypes(definition).some((held) => this.holdsCounts(held));
  }

  #members(struct: Extract<Composite, { kind: "struct" }>): number {
    const { index, layout } = this.#context;
    return structMembers(index, struct).reduce(
      (sum, member) =>
        sum + (isHidden(member) ? -8 * layout.minimum(member.type) : place + this.of(member.type)),
      object,
    );
  }

  /** The tag, the value and, in the arm of all other tags, the discriminant. */
  #arms({ discriminant, arms }: UnionDefinition): number {
    const values = arms.map(({ type }) => (type === null ? 0 : this.of(type)));
    return object + 3 * place + this.of(discriminant) + Math.max(0, ...values);
  }
}
