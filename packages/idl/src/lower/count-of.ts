import { integerScalar, isDiscriminant } from "../check/resolved-type.js";
import type { ResolvedArray, ResolvedField, ResolvedType } from "../check/symbols.js";
import type { Expression } from "../model.js";

/** Fields that back ends derive, each with the sibling that it is derived from. */
export interface ControlledSiblings {
  readonly counts: ReadonlyMap<string, string>;
  readonly switches: ReadonlyMap<string, string>;
}

/**
 * Which fields only count a sibling, by name: an integer that is the whole operand (`n`, or `*n` of a top-level pointer) of
 * one array's size, length or both, has no other use, and travels in exactly the directions that the array travels in.
 *
 * Where one array has two names, the length is its count and the size stays visible: it is a capacity that only the
 * caller knows, as is the size of a string. Sizes of inner arrays stay visible too, since there are many arrays for one
 * number.
 *
 * Likewise which only select a sibling union's arm. Behind a pointer that can be null, or in an array that can be empty,
 * there may be no arm to tell it from.
 */
export function controlledSiblings(fields: readonly ResolvedField[]): ControlledSiblings {
  const uses = new Map<string, number>();
  for (const field of fields) countNames(field.type, uses);
  return { counts: countedSiblings(fields, uses), switches: switchingSiblings(fields, uses) };
}

function switchingSiblings(
  fields: readonly ResolvedField[],
  uses: ReadonlyMap<string, number>,
): Map<string, string> {
  const switching = new Map<string, string>();
  const byName = new Map(fields.map((field) => [field.name, field]));
  for (const field of fields) {
    let inner = field.type;
    while (inner.kind === "pointer" && inner.pointer === "ref") inner = inner.target;
    const name = inner.kind === "union" ? plainName(inner.switchIs) : null;
    const candidate = name === null ? undefined : byName.get(name);
    if (candidate === undefined || uses.get(candidate.name) !== 1) continue;
    if (candidate.direction === field.direction && isValue(candidate.type, isDiscriminant))
      switching.set(candidate.name, field.name);
  }
  return switching;
}

function countedSiblings(
  fields: readonly ResolvedField[],
  uses: ReadonlyMap<string, number>,
): Map<string, string> {
  const counted = new Map<string, string>();
  const byName = new Map(fields.map((field) => [field.name, field]));
  for (const field of fields) {
    const array = outermostArray(field.type);
    if (array === null) continue;
    const size = plainName(array.size);
    const length = plainName(array.length);
    const name = length ?? (array.length === null ? size : null);
    const expected = size !== null && size === length ? 2 : 1;
    const candidate = name === null ? undefined : byName.get(name);
    if (candidate === undefined || uses.get(candidate.name) !== expected) continue;
    if (candidate.direction === field.direction && isCount(candidate.type))
      counted.set(candidate.name, field.name);
  }
  return counted;
}

/** The array that a field is, or that its pointers lead to. */
function outermostArray(type: ResolvedType): ResolvedArray | null {
  let inner = type;
  while (inner.kind === "pointer") inner = inner.target;
  // An offset would leave the count ambiguous.
  return inner.kind === "array" && inner.first === null ? inner : null;
}

/** An integer, or a reference to one; an enum has labels, which are no counts. */
function isCount(type: ResolvedType): boolean {
  return isValue(type, (value) => {
    return integerScalar(value) !== null && !(value.kind === "named" && value.symbol.kind === "enum");
  });
}

function isValue(type: ResolvedType, test: (value: ResolvedType) => boolean): boolean {
  return test(type.kind === "pointer" && type.pointer === "ref" ? type.target : type);
}

function plainName(expression: Expression | null): string | null {
  return expression?.kind === "name" ? expression.name : null;
}

function countNames(type: ResolvedType, uses: Map<string, number>): void {
  if (type.kind === "pointer") countNames(type.target, uses);
  if (type.kind === "string") countOperands(type.size, uses);
  if (type.kind === "union") countOperands(type.switchIs, uses);
  if (type.kind === "array") {
    countNames(type.element, uses);
    for (const part of [type.size, type.length, type.first]) countOperands(part, uses);
  }
}

function countOperands(expression: Expression | null, uses: Map<string, number>): void {
  switch (expression?.kind) {
    case "name":
      uses.set(expression.name, (uses.get(expression.name) ?? 0) + 1);
      break;
    case "unary":
      countOperands(expression.operand, uses);
      break;
    case "binary":
      countOperands(expression.left, uses);
      countOperands(expression.right, uses);
      break;
    case "conditional":
      countOperands(expression.condition, uses);
      countOperands(expression.then, uses);
      countOperands(expression.otherwise, uses);
      break;
    default:
      break;
  }
}
