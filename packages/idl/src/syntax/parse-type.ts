import type {
  Declarator,
  EnumNode,
  Expression,
  FieldNode,
  LabelNode,
  Level,
  StructNode,
  TypeSpecifier,
  UnsupportedNode,
} from "./ast.js";
import { parseAttributes } from "./parse-attributes.js";
import { isBaseTypeWord, parseBaseType, skipIgnoredWords } from "./parse-base-type.js";
import { parseExpression } from "./parse-expression.js";
import type { Token } from "./token.js";
import type { TokenCursor } from "./token-cursor.js";

/** What stands in front of declarators; null after a report. */
export function parseTypeSpecifier(cursor: TokenCursor): TypeSpecifier | null {
  skipIgnoredWords(cursor);
  const type = parseSpecifier(cursor);
  skipIgnoredWords(cursor);
  return type;
}

function parseSpecifier(cursor: TokenCursor): TypeSpecifier | null {
  const { text } = cursor.token;
  if (isBaseTypeWord(text)) return parseBaseType(cursor);
  switch (text) {
    case "struct":
      return parseStruct(cursor);
    case "enum":
      return parseEnum(cursor);
    case "union":
    case "pipe":
    case "interface":
    case "SAFEARRAY":
    case "bitmap":
      return parseUnsupportedType(cursor);
    default: {
      const name = cursor.expectName("a type");
      return name === null ? null : { kind: "reference", name, span: name.span };
    }
  }
}

/** Steps over a type that we do not have, so that what follows is read as usual. */
function parseUnsupportedType(cursor: TokenCursor): UnsupportedNode {
  const first = cursor.take();
  const span = cursor.spanOf(first);
  const node = (feature: string): UnsupportedNode => ({ kind: "unsupported", feature, span });
  if (first.text === "pipe") {
    cursor.nested(() => parseTypeSpecifier(cursor));
    return node("a pipe");
  }
  if (first.text === "SAFEARRAY") {
    if (cursor.is("(")) cursor.skipBalanced();
    return node("SAFEARRAY");
  }
  if (cursor.token.kind === "identifier" && !cursor.is("switch")) cursor.take();
  if (cursor.accept("switch")) {
    if (cursor.is("(")) cursor.skipBalanced();
    if (cursor.token.kind === "identifier") cursor.take();
  }
  if (cursor.is("{")) cursor.skipBalanced();
  if (first.text === "interface") return node("an interface pointer");
  return node(first.text === "union" ? "a union" : "a bitmap");
}

function parseStruct(cursor: TokenCursor): StructNode | null {
  const first = cursor.take();
  const tag = cursor.token.kind === "identifier" ? cursor.expectName("a tag") : null;
  if (!cursor.is("{")) {
    if (tag === null) {
      cursor.expected("a tag or '{'");
      return null;
    }
    return { kind: "struct", tag, members: null, span: cursor.spanFrom(first) };
  }
  const members = cursor.nested(() => parseMembers(cursor));
  return members === null ? null : { kind: "struct", tag, members, span: cursor.spanFrom(first) };
}

function parseMembers(cursor: TokenCursor): FieldNode[] {
  const members: FieldNode[] = [];
  cursor.expect("{");
  while (!cursor.is("}") && !cursor.atEnd) {
    if (cursor.accept(";")) continue;
    const before = cursor.index;
    const parsed = parseMemberDeclaration(cursor, members);
    if (parsed && cursor.expect(";")) continue;
    cursor.skipTo(";");
    cursor.accept(";");
    if (cursor.index === before) break;
  }
  cursor.expect("}");
  return members;
}

/** True if a type specifier defines something by itself. */
export function isDefinition(type: TypeSpecifier): boolean {
  return (type.kind === "struct" && type.members !== null) || (type.kind === "enum" && type.labels !== null);
}

/** `[attributes] T a, *b;`: one member for each declarator. */
function parseMemberDeclaration(cursor: TokenCursor, members: FieldNode[]): boolean {
  const first = cursor.token;
  const doc = cursor.doc();
  const attributes = parseAttributes(cursor);
  const type = parseTypeSpecifier(cursor);
  if (type === null) return false;
  do {
    const declarator = parseDeclarator(cursor);
    if (declarator === null) return false;
    const canBeUnnamed = isDefinition(type) || type.kind === "unsupported" || declarator.unsupported !== null;
    if (declarator.name === null && !canBeUnnamed) {
      cursor.expected("the member's name");
      return false;
    }
    members.push({ kind: "field", doc, attributes, type, declarator, span: cursor.spanFrom(first) });
  } while (cursor.accept(","));
  return true;
}

function parseEnum(cursor: TokenCursor): EnumNode | null {
  const first = cursor.take();
  const tag = cursor.token.kind === "identifier" ? cursor.expectName("a tag") : null;
  if (!cursor.accept("{")) {
    if (tag === null) {
      cursor.expected("a tag or '{'");
      return null;
    }
    return { kind: "enum", tag, labels: null, span: cursor.spanFrom(first) };
  }
  const labels: LabelNode[] = [];
  while (!cursor.is("}") && !cursor.atEnd) {
    const label = parseLabel(cursor);
    if (label === null) cursor.skipTo(",", ";");
    else labels.push(label);
    if (!cursor.accept(",")) break;
  }
  if (!cursor.expect("}")) {
    cursor.skipTo(";");
    cursor.accept("}");
  }
  return { kind: "enum", tag, labels, span: cursor.spanFrom(first) };
}

function parseLabel(cursor: TokenCursor): LabelNode | null {
  const first = cursor.token;
  const doc = cursor.doc();
  const name = cursor.expectName("an enum label");
  if (name === null) return null;
  let value: Expression | null = null;
  if (cursor.accept("=")) {
    value = parseExpression(cursor);
    if (value === null) return null;
  }
  return { name, doc, value, span: cursor.spanFrom(first) };
}

/** `*a[3]`, `(*a)[2]`, or nothing at all (an abstract parameter); null after a report. */
export function parseDeclarator(cursor: TokenCursor): Declarator | null {
  const first = cursor.token;
  const pointers: Level[] = [];
  skipIgnoredWords(cursor);
  while (cursor.is("*")) {
    pointers.push({ kind: "pointer", span: cursor.spanOf(cursor.take()) });
    skipIgnoredWords(cursor);
  }
  const inner = parseDirectDeclarator(cursor);
  if (inner === null) return null;
  const arrays: Level[] = [];
  while (cursor.is("[")) {
    const level = parseArrayLevel(cursor);
    if (level === null) return null;
    arrays.push(level);
  }
  let unsupported = inner.unsupported ?? parseBitField(cursor);
  if (cursor.is("(") && inner.levels.length > 0) {
    unsupported ??= { kind: "unsupported", feature: "a function pointer", span: cursor.spanOf(cursor.token) };
    cursor.skipBalanced();
  }
  const levels = [...inner.levels, ...arrays, ...pointers.reverse()];
  const span = cursor.token === first ? cursor.spanOf(first) : cursor.spanFrom(first);
  if (levels.length > cursor.limits.nesting) {
    cursor.report("IDL0005", span, { limit: cursor.limits.nesting });
    return null;
  }
  return { name: inner.name, levels, unsupported, span };
}

/** A name, a declarator in parentheses, or nothing. */
function parseDirectDeclarator(cursor: TokenCursor): Declarator | null {
  const token = cursor.token;
  const span = cursor.spanOf(token);
  if (token.kind === "identifier")
    return { name: cursor.expectName("a name"), levels: [], unsupported: null, span };
  if (!cursor.is("(") || !startsInnerDeclarator(cursor.peek(1)))
    return { name: null, levels: [], unsupported: null, span };
  return cursor.nested(() => {
    cursor.take();
    const inner = parseDeclarator(cursor);
    return inner !== null && cursor.expect(")") ? inner : null;
  });
}

function startsInnerDeclarator(token: Token): boolean {
  return token.text === "*" || token.text === "(" || token.text.startsWith("__");
}

/** `[5]`, `[]`, `[*]`, `[0..4]` (upper bound inclusive), `[0..*]`. */
function parseArrayLevel(cursor: TokenCursor): Level | null {
  const open = cursor.take();
  let bound: Expression | null = null;
  if (cursor.is("*") && cursor.is("]", 1)) {
    cursor.take();
  } else if (!cursor.is("]")) {
    bound = parseExpression(cursor);
    if (bound === null) return null;
    if (cursor.accept("..")) {
      if (bound.kind !== "integer" || bound.value !== 0n) {
        cursor.report("IDL0301", bound.span, { feature: "a lower array bound other than 0" });
      }
      if (cursor.accept("*")) bound = null;
      else bound = inclusiveBound(parseExpression(cursor));
    }
  }
  return cursor.expect("]") ? { kind: "array", bound, span: cursor.spanFrom(open) } : null;
}

function inclusiveBound(last: Expression | null): Expression | null {
  if (last === null) return null;
  const one: Expression = { kind: "integer", value: 1n, span: last.span };
  return { kind: "binary", operator: "+", left: last, right: one, span: last.span };
}

function parseBitField(cursor: TokenCursor): UnsupportedNode | null {
  if (!cursor.is(":")) return null;
  const colon = cursor.take();
  parseExpression(cursor);
  return { kind: "unsupported", feature: "a bit field", span: cursor.spanFrom(colon) };
}
