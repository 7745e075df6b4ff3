import type { Attribute, Expression, TypeSpecifier } from "./ast.js";
import { attributeTable } from "./attribute-table.js";
import { parseExpression } from "./parse-expression.js";
import { parseTypeSpecifier } from "./parse-type.js";
import type { TokenCursor } from "./token-cursor.js";

/** Every attribute list that stands here: `[in] [size_is(n)]` is two lists and two attributes. */
export function parseAttributes(cursor: TokenCursor): Attribute[] {
  const attributes: Attribute[] = [];
  while (cursor.accept("[")) {
    while (!cursor.is("]") && !cursor.atEnd) {
      // MIDL reads over a comma too many.
      if (cursor.accept(",")) continue;
      const attribute = parseAttribute(cursor);
      if (attribute !== null) attributes.push(attribute);
      if (attribute === null) cursor.skipTo(",", "]", ";");
      if (!cursor.accept(",")) break;
    }
    if (cursor.expect("]")) continue;
    // What follows is most likely what the attributes are for.
    if (cursor.token.kind !== "identifier") cursor.skipTo("]", ";", ")", "{");
    cursor.accept("]");
  }
  return attributes;
}

function parseAttribute(cursor: TokenCursor): Attribute | null {
  const first = cursor.token;
  const name = cursor.expectName("an attribute");
  if (name === null) return null;
  if (!cursor.is("(")) return { name, arguments: null, text: null, type: null, span: name.span };
  const open = cursor.index;
  let values: (Expression | null)[] | null = null;
  let type: TypeSpecifier | null = null;
  const kind = attributeTable.get(name.text)?.arguments;
  if (kind === "type") {
    cursor.take();
    type = parseTypeSpecifier(cursor);
    if (type === null || !cursor.expect(")")) {
      cursor.skipTo(")", "]", ";");
      cursor.accept(")");
      return { name, arguments: [], text: null, type, span: cursor.spanFrom(first) };
    }
  } else if (kind === "expressions") {
    cursor.take();
    values = parseArguments(cursor);
    if (values === null || !cursor.expect(")")) {
      cursor.skipTo(")", "]", ";");
      cursor.accept(")");
      return { name, arguments: values ?? [], text: null, type, span: cursor.spanFrom(first) };
    }
  } else {
    cursor.skipBalanced();
  }
  const span = cursor.spanFrom(first);
  return { name, arguments: values, text: cursor.textBetween(open + 1, cursor.index - 1), type, span };
}

/** `m, , n`: a blank argument leaves its level alone. Null after a report. */
function parseArguments(cursor: TokenCursor): (Expression | null)[] | null {
  const values: (Expression | null)[] = [];
  do {
    if (cursor.is(",") || cursor.is(")")) {
      values.push(null);
      continue;
    }
    const value = parseExpression(cursor);
    if (value === null) return null;
    values.push(value);
  } while (cursor.accept(","));
  return values;
}
