import type { Expression } from "../syntax/ast.js";
import type { CheckContext } from "./check-context.js";
import type { Siblings } from "./fold-expression.js";

/**
 * What of an expression only C can evaluate; null if nothing. pidl hands names on to C as they are, so that one that is
 * nowhere declared is C's.
 */
export function foreignPart(
  expression: Expression,
  context: CheckContext,
  siblings: Siblings | null,
): string | null {
  const within = (...parts: readonly Expression[]) => {
    for (const part of parts) {
      const found = foreignPart(part, context, siblings);
      if (found !== null) return found;
    }
    return null;
  };
  switch (expression.kind) {
    case "unsupported":
      return expression.feature;
    case "name":
      return foreignName(expression.name, context, siblings);
    case "unary":
      return within(expression.operand);
    case "binary":
      return within(expression.left, expression.right);
    case "conditional":
      return within(expression.condition, expression.then, expression.otherwise);
    case "cast":
      return within(expression.operand);
    default:
      return null;
  }
}

function foreignName(name: string, context: CheckContext, siblings: Siblings | null): string | null {
  const sibling = siblings?.typeOf(name) ?? null;
  if (sibling !== null) return sibling.kind === "foreign" ? sibling.feature : null;
  const symbol = context.scope.find(name);
  if (symbol?.kind === "type" && symbol.type.kind === "foreign") return symbol.type.feature;
  return symbol === undefined && context.dialect === "pidl" ? `'${name}', which only C knows` : null;
}
