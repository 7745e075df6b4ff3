import type { Expression as ModelExpression } from "../model.js";
import type { Span } from "../source/span.js";
import type { AttributePlace } from "../syntax/attribute-table.js";
import type { AttributeSet } from "./attribute-set.js";
import type { CheckContext } from "./check-context.js";
import { checkElement, checkTarget } from "./check-placement.js";
import type { Siblings } from "./fold-expression.js";
import { foreignPart } from "./foreign-expression.js";
import { integer, subtract } from "./model-expression.js";
import { type Extent, readExtents } from "./read-extents.js";
import {
  isConformant,
  isContextHandle,
  isJoined,
  isOpaque,
  openUnion,
  withoutAliases,
} from "./resolved-type.js";
import { exposeLevels, type Shape, type ShapeLevel } from "./shape.js";
import { foldSwitch } from "./switch-is.js";
import type { ResolvedArray, ResolvedType } from "./symbols.js";

/** Strings may be of integers: of `unsigned short` where C knows no wchar_t, and with a character set in pidl. */
function textUnit(base: ResolvedType): ResolvedType {
  const bare = withoutAliases(base);
  if (bare.kind !== "scalar") return base;
  if (bare.scalar === "uint16") return { kind: "scalar", scalar: "wchar_t" };
  return bare.scalar === "uint8" ? { kind: "scalar", scalar: "char" } : base;
}

/** Whether programs see another type than is sent: what [string] says is of theirs, as of a BSTR. */
function isConverted(type: ResolvedType): boolean {
  if (type.kind !== "named" || type.symbol.kind !== "alias") return false;
  return type.symbol.hook !== null || isConverted(type.symbol.type);
}

/** What a type is built for. */
export interface TypeUse {
  readonly name: string;
  readonly span: Span;
  readonly place: AttributePlace;
  readonly attributes: AttributeSet;
  readonly siblings: Siblings | null;
  /** True if the same typedef declares a pointer, which a pointer attribute is for. */
  readonly pointerElsewhere?: boolean;
}

const ERROR: ResolvedType = { kind: "error" };

/** Levels looked for behind the aliases of a string; more than any use has. */
const MOST_LEVELS = 16;

const EXTENTS = ["size_is", "max_is", "length_is", "last_is", "first_is", "min_is"] as const;

const NO_EXTENT: Extent = { size: null, length: null, first: null };

/** Applies attributes to a shape: pointer kinds, sizes, strings. Problems are reported and answered with an error type. */
export function buildType(declared: Shape, use: TypeUse, context: CheckContext): ResolvedType {
  const { attributes } = use;
  const feature = attributes.foreign ?? foreignExtent(use, context);
  if (feature !== null) return { kind: "foreign", feature };
  if (declared.base.kind === "foreign") return declared.base;
  const extents = attributes.faulty ? null : readExtents(use, context);
  if (extents === null) return ERROR;
  const isString = attributes.has("string") && !isConverted(declared.base);
  let shape = exposeLevels(declared, Math.max(extents.length, wantsLevel(declared, use) ? 1 : 0));
  if (isString || attributes.has("charset")) shape = exposeLevels(shape, MOST_LEVELS);
  if (attributes.has("switch_is") && openUnion(shape.base) === null) shape = exposeLevels(shape, MOST_LEVELS);
  if (shape.base.kind === "error" || shape.base.kind === "foreign") return shape.base;
  shape = arrayPointer(shape, use);
  if (isString || attributes.has("charset")) shape = { ...shape, base: textUnit(shape.base) };
  if (!checkExtentCount(shape, extents, use, context)) return ERROR;
  if (isString && !checkString(shape, use, context)) return ERROR;
  const base = attributes.has("switch_is") ? foldSwitch(shape.base, use, context) : shape.base;
  if (base.kind === "error") return base;
  const levels = pointerKinds(shape, use, context);
  let type: ResolvedType = base;
  for (let index = levels.length - 1; index >= 0; index -= 1) {
    const level = levels[index];
    if (level === undefined) break;
    const innermost = index === levels.length - 1;
    const around: Around = {
      extent: extents[index] ?? NO_EXTENT,
      isString: isString && innermost,
      inner: levels[index + 1]?.kind === "array" && !(isString && index === levels.length - 2),
    };
    type = wrapLevel(type, level, around, use, context);
    if (type.kind === "error" || type.kind === "foreign") return type;
  }
  return type;
}

/** What an attribute's expression has that only C can evaluate; null if nothing. */
function foreignExtent({ attributes, siblings }: TypeUse, context: CheckContext): string | null {
  for (const name of [...EXTENTS, "switch_is", "range"]) {
    for (const part of attributes.expressions(name)) {
      const feature = part === null ? null : foreignPart(part, context, siblings);
      if (feature !== null) return feature;
    }
  }
  return null;
}

/** `[unique, size_is(n)] T a[]` is a parameter that can be null, since in C an array parameter is a pointer. */
function arrayPointer(shape: Shape, use: TypeUse): Shape {
  const [first, ...others] = shape.levels;
  if (use.place !== "parameter" || first?.kind !== "array" || first.fixed !== null) return shape;
  if (use.attributes.first("unique", "ptr") === undefined) return shape;
  if (others.some((level) => level.kind === "pointer")) return shape;
  return { ...shape, levels: [{ kind: "pointer", pointer: null, explicit: false }, ...others] };
}

/** True if the outermost level matters here although an alias may hide it. */
function wantsLevel(shape: Shape, use: TypeUse): boolean {
  if (use.attributes.first("ref", "unique", "ptr") !== undefined) return true;
  if (use.place !== "parameter" && use.place !== "method") return false;
  const bare = withoutAliases(shape.base);
  return bare.kind === "pointer" && !bare.explicit;
}

/** Fills in pointer kinds as MIDL does: an attribute goes to the outermost pointer, and a parameter's own pointer is ref. */
function pointerKinds({ base, levels }: Shape, use: TypeUse, context: CheckContext): ShapeLevel[] {
  const attribute = use.attributes.first("ref", "unique", "ptr");
  const second = ["ref", "unique", "ptr"].filter((name) => use.attributes.has(name))[1];
  const outermost = levels.findIndex((level) => level.kind === "pointer");
  if (attribute !== undefined) {
    if (second !== undefined && context.dialect !== "pidl") {
      context.report("IDL0709", use.span, { attribute: attribute.name.text, other: second });
    } else if (outermost < 0 && use.pointerElsewhere !== true && !isReference(levels, base)) {
      context.report("IDL0718", attribute.name.span, { attribute: attribute.name.text });
    }
  }
  return levels.map((level, index) => {
    if (level.kind !== "pointer") return level;
    if (attribute !== undefined && index === outermost) {
      const { text } = attribute.name;
      return { kind: "pointer", pointer: text === "ref" || text === "ptr" ? text : "unique", explicit: true };
    }
    if (level.explicit) return level;
    if (index === 0 && use.place === "parameter") return { kind: "pointer", pointer: "ref", explicit: false };
    if (index === 0 && use.place === "method") {
      const pointer = context.pointerDefault === "ptr" ? "ptr" : "unique";
      return { kind: "pointer", pointer, explicit: false };
    }
    return { kind: "pointer", pointer: level.pointer ?? context.pointerDefault, explicit: false };
  });
}

/** An array parameter and a handle are pointers in C, so that an attribute of pointers may stand there. */
function isReference(levels: readonly ShapeLevel[], base: ResolvedType): boolean {
  const isHandle = isContextHandle(base) || withoutAliases(base).kind === "system_handle";
  return levels[0]?.kind === "array" || (levels.length === 0 && isHandle);
}

/** What wraps a level's inner type besides the level itself. */
interface Around {
  readonly extent: Extent;
  readonly isString: boolean;
  /** True if the inner type is a further dimension of the same array. */
  readonly inner: boolean;
}

function wrapLevel(
  inner: ResolvedType,
  level: ShapeLevel,
  around: Around,
  use: TypeUse,
  context: CheckContext,
): ResolvedType {
  const { extent, isString } = around;
  if (level.kind === "pointer") {
    const pointer = level.pointer ?? context.pointerDefault;
    const target = pointerTarget(inner, around, use, context);
    if (target.kind === "error" || target.kind === "foreign") return target;
    return { kind: "pointer", pointer, explicit: level.explicit, target };
  }
  if (level.fixed !== null && extent.size !== null) {
    context.report("IDL0719", use.span);
    return ERROR;
  }
  if (isString) return stringOf(inner, level.fixed, extent.size);
  if (level.fixed === null && extent.size === null) {
    // C lets a struct end so; only who sends it has to know the number.
    if (use.place === "member" || use.place === "typedef")
      return { kind: "foreign", feature: "an array without a size" };
    context.report("IDL0705", use.span, { name: use.name });
    return ERROR;
  }
  return arrayOf(inner, level.fixed, around, use, context);
}

/** `T *p` is a pointer to one T, to a string, or (with a size) to an array. */
function pointerTarget(
  inner: ResolvedType,
  around: Around,
  use: TypeUse,
  context: CheckContext,
): ResolvedType {
  const { extent, isString } = around;
  if (isString) return stringOf(inner, null, extent.size);
  if (use.place !== "typedef" && (withoutAliases(inner).kind === "void" || isOpaque(inner))) {
    return { kind: "foreign", feature: "a pointer to void" };
  }
  const bare = withoutAliases(inner);
  if (extent.size !== null && bare.kind === "string" && bare.fixed === null)
    return stringOf(inner, null, extent.size);
  if (extent.size !== null) return arrayOf(inner, null, around, use, context);
  if (extent.length !== null || extent.first !== null) {
    context.report("IDL0705", use.span, { name: use.name });
    return ERROR;
  }
  return checkTarget(inner, use, context) ? inner : ERROR;
}

function arrayOf(
  inner: ResolvedType,
  fixed: number | null,
  { extent, inner: isDimension }: Around,
  use: TypeUse,
  context: CheckContext,
): ResolvedType {
  const element = isDimension && inner.kind === "array" && isOpen(inner) ? { ...inner, joined: true } : inner;
  if (isOpaque(element)) return { kind: "foreign", feature: "a pointer to void" };
  if (element.kind === "foreign") return element;
  if (context.dialect === "pidl" && isConformant(element) && !isJoined(element))
    return { kind: "foreign", feature: "an array whose elements have no fixed size" };
  if (!checkElement(element, use, context)) return ERROR;
  const total = extent.size ?? (fixed === null ? null : integer(BigInt(fixed)));
  const length =
    extent.length ?? (extent.first === null || total === null ? null : subtract(total, extent.first));
  return { kind: "array", element, fixed, size: extent.size, length, first: extent.first, joined: false };
}

/** Whether an array is sent with counts, be they those of its elements, which are further dimensions. */
function isOpen(array: ResolvedArray): boolean {
  return array.size !== null || array.length !== null || isJoined(array.element);
}

function stringOf(inner: ResolvedType, fixed: number | null, size: ModelExpression | null): ResolvedType {
  const bare = withoutAliases(inner);
  if (bare.kind === "string") return { ...bare, size: size ?? bare.size };
  const unit =
    bare.kind === "scalar" && (bare.scalar === "wchar_t" || bare.scalar === "byte") ? bare.scalar : "char";
  return { kind: "string", unit, fixed, size };
}

function checkExtentCount(
  shape: Shape,
  extents: readonly Extent[],
  use: TypeUse,
  context: CheckContext,
): boolean {
  if (extents.length <= shape.levels.length) return true;
  const attribute = use.attributes.first(...EXTENTS);
  if (attribute === undefined) return true;
  const { text } = attribute.name;
  if (shape.levels.length === 0) context.report("IDL0706", attribute.span, { attribute: text });
  else
    context.report("IDL0707", attribute.span, {
      attribute: text,
      count: extents.length,
      levels: shape.levels.length,
    });
  return false;
}

function checkString(shape: Shape, use: TypeUse, context: CheckContext): boolean {
  const span = use.attributes.get("string")?.span ?? use.span;
  const varying = use.attributes.first("length_is", "last_is", "first_is");
  if (varying !== undefined) {
    context.report("IDL0709", varying.span, { attribute: varying.name.text, other: "string" });
    return false;
  }
  const bare = withoutAliases(shape.base);
  if (bare.kind === "string") return true;
  const isUnit = bare.kind === "scalar" && ["char", "wchar_t", "byte"].includes(bare.scalar);
  if (isUnit && shape.levels.length > 0) return true;
  context.report("IDL0708", span);
  return false;
}
