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
      return context.dialect !== "pidl" || isKnown(expression.name, context, siblings)
        ? null
        : `'${expression.name}', which only C knows`;
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

function isKnown(name: string, context: CheckContext, siblings: Siblings | null): boolean {
  if (context.scope.find(name) !== undefined) return true;
  return siblings !== null && siblings.typeOf(name) !== null;
}
