import type { Declarator, Level } from "../syntax/ast.js";
import type { CheckContext } from "./check-context.js";
import { evaluateInteger } from "./fold-expression.js";
import { foreignPart } from "./foreign-expression.js";
import { withoutAliases } from "./resolved-type.js";
import type { PointerKind, ResolvedType } from "./symbols.js";

const LARGEST_BOUND = 0x7fffffffn;

/** A declared type before its attributes are applied: a base and the levels around it, outermost first. */
export interface Shape {
  readonly base: ResolvedType;
  readonly levels: readonly ShapeLevel[];
}

export type ShapeLevel =
  /** `pointer` is null where neither an attribute nor an alias has said which kind. */
  | { readonly kind: "pointer"; readonly pointer: PointerKind | null; readonly explicit: boolean }
  | { readonly kind: "array"; readonly fixed: number | null };

/** Reads a declarator around a type that is already resolved. */
export function declaredShape(base: ResolvedType, declarator: Declarator, context: CheckContext): Shape {
  if (declarator.unsupported !== null) {
    return { base: { kind: "foreign", feature: declarator.unsupported.feature }, levels: [] };
  }
  if (context.dialect === "pidl" && declarator.levels.some((level) => isInline(level, context))) {
    return { base: { kind: "foreign", feature: "an array without counts on the wire" }, levels: [] };
  }
  for (const level of declarator.levels) {
    const bound = level.kind === "array" ? level.bound : null;
    const feature = bound === null ? null : foreignPart(bound, context, null);
    if (feature !== null) return { base: { kind: "foreign", feature }, levels: [] };
  }
  return { base, levels: declarator.levels.map((level) => shapeLevel(level, context)) };
}

/** Makes levels of aliases: at least `count` levels, if there are as many. */
export function exposeLevels(shape: Shape, count: number): Shape {
  let { base } = shape;
  const levels = [...shape.levels];
  while (levels.length < count) {
    const bare = withoutAliases(base);
    if (bare.kind === "pointer") {
      levels.push({ kind: "pointer", pointer: bare.pointer, explicit: bare.explicit });
      base = bare.target;
    } else if (bare.kind === "array" && bare.fixed !== null && bare.length === null && bare.first === null) {
      levels.push({ kind: "array", fixed: bare.fixed });
      base = bare.element;
    } else {
      break;
    }
  }
  return { base, levels };
}

/** pidl's `a[n]` with what a sibling or C knows, whose elements are sent without their number. */
function isInline(level: Level, context: CheckContext): boolean {
  return level.kind === "array" && level.bound !== null && foreignPart(level.bound, context, null) !== null;
}

function shapeLevel(level: Level, context: CheckContext): ShapeLevel {
  if (level.kind === "pointer") return { kind: "pointer", pointer: null, explicit: false };
  if (level.bound === null) return { kind: "array", fixed: null };
  const last = evaluateInteger(level.bound, context);
  const lower = level.lower === null ? 0n : evaluateInteger(level.lower, context);
  if (last === null || lower === null) return { kind: "array", fixed: 1 };
  const bound = last - lower;
  if (bound >= 1n && bound <= LARGEST_BOUND) return { kind: "array", fixed: Number(bound) };
  context.report("IDL0704", level.bound.span, { bound });
  return { kind: "array", fixed: 1 };
}
