import type { ArmNode, Attribute, Expression, FieldNode, UnionNode } from "./ast.js";
import { parseAttributes } from "./parse-attributes.js";
import { parseDeclarator } from "./parse-declarator.js";
import { parseExpression } from "./parse-expression.js";
import { parseFields, parseTypeSpecifier } from "./parse-type.js";
import type { TokenCursor } from "./token-cursor.js";

/** `union tag { [case(1)] T a; }` or `union tag switch (T t) name { case 1: T a; }`; null after a report. */
export function parseUnion(cursor: TokenCursor): UnionNode | null {
  const first = cursor.take();
  const hasTag = cursor.token.kind === "identifier" && !(cursor.is("switch") && cursor.is("(", 1));
  const tag = hasTag ? cursor.expectName("a tag") : null;
  let discriminant: UnionNode["discriminant"] = null;
  if (cursor.is("switch")) {
    discriminant = parseSwitch(cursor);
    if (discriminant === null) return null;
  }
  if (!cursor.is("{")) {
    if (tag === null || discriminant !== null) {
      cursor.expected(discriminant === null ? "a tag or '{'" : "'{'");
      return null;
    }
    return { kind: "union", tag, discriminant, arms: null, span: cursor.spanFrom(first) };
  }
  const arms = cursor.nested(() => parseArms(cursor));
  return arms === null ? null : { kind: "union", tag, discriminant, arms, span: cursor.spanFrom(first) };
}

/** `switch (T t) name`; both names can be left out. */
function parseSwitch(cursor: TokenCursor): UnionNode["discriminant"] {
  cursor.take();
  if (!cursor.expect("(")) return null;
  const type = parseTypeSpecifier(cursor);
  const declarator = type === null ? null : parseDeclarator(cursor);
  if (type === null || declarator === null || !cursor.expect(")")) return null;
  const member = cursor.token.kind === "identifier" ? cursor.expectName("the union's name") : null;
  return { type, name: declarator.name, member };
}

function parseArms(cursor: TokenCursor): ArmNode[] {
  const arms: ArmNode[] = [];
  cursor.expect("{");
  while (!cursor.is("}") && !cursor.atEnd) {
    if (cursor.accept(";")) continue;
    const before = cursor.index;
    if (parseArm(cursor, arms)) continue;
    cursor.skipTo(";");
    cursor.accept(";");
    if (cursor.index === before) break;
  }
  cursor.expect("}");
  return arms;
}

/** One arm with its `;`, which an empty arm in front of the next one may lack. */
function parseArm(cursor: TokenCursor, arms: ArmNode[]): boolean {
  const first = cursor.token;
  const doc = cursor.doc();
  const labels: Expression[] = [];
  let isDefault = false;
  while (cursor.is("case") || cursor.is("default")) {
    if (cursor.take().text === "default") isDefault = true;
    else {
      const label = parseExpression(cursor);
      if (label === null) return false;
      labels.push(label);
    }
    if (!cursor.expect(":")) return false;
  }
  const attributes: Attribute[] = [];
  for (const attribute of parseAttributes(cursor)) {
    const { text } = attribute.name;
    if (text === "default") isDefault = true;
    else if (text === "case") labels.push(...(attribute.arguments ?? []).filter((label) => label !== null));
    else attributes.push(attribute);
  }
  const arm = (field: FieldNode | null): ArmNode => ({
    labels,
    isDefault,
    field,
    doc,
    span: cursor.spanFrom(first),
  });
  if (cursor.is(";") || cursor.is("}")) {
    cursor.accept(";");
    arms.push(arm(null));
    return true;
  }
  const fields: FieldNode[] = [];
  if (!parseFields(cursor, { first, doc, attributes }, fields) || !cursor.expect(";")) return false;
  for (const field of fields) arms.push(arm(field));
  return true;
}
