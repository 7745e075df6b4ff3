import type { TypeUse } from "./build-type.js";
import type { CheckContext } from "./check-context.js";
import { foldExpression } from "./fold-expression.js";
import { isDiscriminant, openUnion } from "./resolved-type.js";
import type { ResolvedType } from "./symbols.js";

/** A union with the expression that `switch_is` selects its arm by. The type of a plain operand is the tag's, if nothing else is. */
export function foldSwitch(base: ResolvedType, use: TypeUse, context: CheckContext): ResolvedType {
  const symbol = openUnion(base);
  const attribute = use.attributes.get("switch_is");
  const [expression] = use.attributes.expressions("switch_is");
  if (attribute === undefined || base.kind === "error") return { kind: "error" };
  if (symbol === null) {
    context.report("IDL0724", attribute.span);
    return { kind: "error" };
  }
  if (!expression || use.attributes.expressions("switch_is").length !== 1) {
    const details = { name: "switch_is", needs: "one expression", example: "switch_is(kind)" };
    context.report("IDL0208", attribute.span, details);
    return { kind: "error" };
  }
  const siblings = use.siblings === null ? null : { ...use.siblings, lookup: use.siblings.discriminant };
  const switchIs = foldExpression(expression, context, siblings);
  if (switchIs === null) return { kind: "error" };
  if (symbol.discriminant === null && switchIs.kind === "name") {
    const type = use.siblings?.typeOf(switchIs.name) ?? null;
    if (type !== null && isDiscriminant(type)) symbol.discriminant = type;
  }
  return { kind: "union", symbol, switchIs };
}
