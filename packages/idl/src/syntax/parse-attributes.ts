import type { Attribute, Expression } from "./ast.js";
import { attributeTable } from "./attribute-table.js";
import { parseExpression } from "./parse-expression.js";
import type { TokenCursor } from "./token-cursor.js";

/** Every attribute list that stands here: `[in] [size_is(n)]` is two lists and two attributes. */
export function parseAttributes(cursor: TokenCursor): Attribute[] {
  const attributes: Attribute[] = [];
  while (cursor.accept("[")) {
    while (!cursor.is("]") && !cursor.atEnd) {
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
  if (!cursor.is("(")) return { name, arguments: null, text: null, span: name.span };
  const open = cursor.token;
  let values: (Expression | null)[] | null = null;
  if (attributeTable.get(name.text)?.arguments === "expressions") {
    cursor.take();
    values = parseArguments(cursor);
    if (values === null || !cursor.expect(")")) {
      cursor.skipTo(")", "]", ";");
      cursor.accept(")");
      return { name, arguments: values ?? [], text: null, span: cursor.spanFrom(first) };
    }
  } else {
    cursor.skipBalanced();
  }
  const span = cursor.spanFrom(first);
  return { name, arguments: values, text: cursor.source.text.slice(open.end, span.end - 1).trim(), span };
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
