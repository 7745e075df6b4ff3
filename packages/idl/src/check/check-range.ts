import type { Range } from "../model.js";
import type { AttributeSet } from "./attribute-set.js";
import type { CheckContext } from "./check-context.js";
import { evaluateInteger } from "./fold-expression.js";
import { integerScalar, isConformant, withoutAliases } from "./resolved-type.js";
import { scalarRange } from "./scalar-range.js";
import type { ResolvedType } from "./symbols.js";

const LARGEST_COUNT = 0x7fffffffn;
/** Pointers looked through for what a range bounds; more than any use has. */
const MOST_POINTERS = 16;

/** The bounds that [range] gives a type, or null. */
export function checkRange(
  type: ResolvedType,
  attributes: AttributeSet,
  context: CheckContext,
): Range | null {
  const attribute = attributes.get("range");
  if (attribute === undefined || type.kind === "error" || type.kind === "foreign") return null;
  const [low, high] = attribute.arguments ?? [];
  if (!low || !high || attribute.arguments?.length !== 2) {
    context.report("IDL0208", attribute.span, {
      name: "range",
      needs: "two bounds",
      example: "range(0, 100)",
    });
    return null;
  }
  const min = evaluateInteger(low, context);
  const max = evaluateInteger(high, context);
  if (min === null || max === null) return null;
  const limits = rangeLimits(type);
  if (limits === null) context.report("IDL0713", attribute.span);
  else if (min > max) context.report("IDL0711", attribute.span, { min, max });
  else if (min < limits.min || max > limits.max) {
    context.report("IDL0712", attribute.span, {
      min,
      max,
      type: limits.of,
      typeMin: limits.min,
      typeMax: limits.max,
    });
  } else return { min: min.toString(), max: max.toString() };
  return null;
}

/** What bounds can be: of the integer, or of the count of an array or string, behind any pointers. */
function rangeLimits(type: ResolvedType): { of: string; min: bigint; max: bigint } | null {
  let inner = withoutAliases(type);
  let pointers = 0;
  for (; inner.kind === "pointer" && pointers < MOST_POINTERS; pointers += 1)
    inner = withoutAliases(inner.target);
  if (inner.kind === "string" || (inner.kind === "array" && (isConformant(inner) || inner.length !== null))) {
    return { of: "a count", min: 0n, max: LARGEST_COUNT };
  }
  const scalar = integerScalar(inner);
  const limits = scalar === null ? null : scalarRange(scalar);
  if (scalar === null || limits === null) return null;
  if (inner.kind === "named" && scalar === "uint16") return { of: "an enum", min: 0n, max: 32767n };
  return { of: scalar, min: limits.min, max: limits.max };
}
