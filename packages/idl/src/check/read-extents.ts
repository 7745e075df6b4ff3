import type { Expression as ModelExpression } from "../model.js";
import type { Span } from "../source/span.js";
import type { TypeUse } from "./build-type.js";
import type { CheckContext } from "./check-context.js";
import { foldExpression } from "./fold-expression.js";
import { add, integer, subtract } from "./model-expression.js";

/** What the attributes say of one level. Each is null if they say nothing. */
export interface Extent {
  readonly size: ModelExpression | null;
  readonly length: ModelExpression | null;
  readonly first: ModelExpression | null;
}

const ONE = integer(1n);
const LARGEST_COUNT = 0x7fffffffn;

const EXTENTS = ["size_is", "max_is", "length_is", "last_is", "first_is", "min_is"] as const;

/** Attributes of which one level can have only one. */
const EXCLUSIVE = [
  ["size_is", "max_is"],
  ["length_is", "last_is"],
] as const;

/**
 * `size_is` and its like, one record for each level they speak of, outermost first. `max_is` becomes a size and
 * `last_is` a length. Null after a report.
 */
export function readExtents(use: TypeUse, context: CheckContext): Extent[] | null {
  if (use.attributes.first(...EXTENTS) === undefined) return [];
  const errors = context.reporter.errorCount;
  for (const [attribute, other] of EXCLUSIVE) {
    const second = use.attributes.get(other);
    if (second !== undefined && use.attributes.has(attribute)) {
      context.report("IDL0709", second.span, { attribute: other, other: attribute });
    }
  }
  const lists = new Map<string, (ModelExpression | null)[]>();
  for (const name of EXTENTS) {
    const list: (ModelExpression | null)[] = [];
    for (const part of use.attributes.expressions(name)) {
      const folded = part === null ? null : foldExpression(part, context, use.siblings);
      if (part !== null && (folded === null || !checkCount(folded, part.span, context))) return null;
      list.push(folded);
    }
    // `size_is(n,)` says nothing of the level behind the comma, which need not be there.
    while (list.length > 1 && list.at(-1) === null) list.pop();
    lists.set(name, list);
  }
  if (context.reporter.errorCount > errors) return null;
  const count = Math.max(...[...lists.values()].map((list) => list.length));
  return Array.from({ length: count }, (_, index) => {
    const at = (name: string) => lists.get(name)?.[index] ?? null;
    // With a lower bound, first_is, last_is and max_is count from it.
    const least = isZero(at("min_is")) ? null : at("min_is");
    const from = isZero(at("first_is")) ? null : at("first_is");
    const last = at("last_is");
    const most = at("max_is");
    const distance = (end: ModelExpression, start: ModelExpression | null) =>
      add(start === null ? end : subtract(end, start), ONE);
    const first = from === null || least === null ? from : subtract(from, least);
    return {
      size: at("size_is") ?? (most === null ? null : distance(most, least)),
      length: at("length_is") ?? (last === null ? null : distance(last, from ?? least)),
      first: isZero(first) ? null : first,
    };
  });
}

/** A constant has to be a count that the wire can carry. */
function checkCount(expression: ModelExpression, span: Span, context: CheckContext): boolean {
  if (expression.kind !== "integer") return true;
  const bound = BigInt(expression.value);
  if (bound >= 0n && bound <= LARGEST_COUNT) return true;
  context.report("IDL0704", span, { bound });
  return false;
}

function isZero(expression: ModelExpression | null): boolean {
  return expression?.kind === "integer" && expression.value === "0";
}
