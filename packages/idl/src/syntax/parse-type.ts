import type {
  EnumNode,
  Expression,
  FieldNode,
  LabelNode,
  PipeNode,
  StructNode,
  TypeSpecifier,
  UnsupportedNode,
} from "./ast.js";
import { parseAttributes } from "./parse-attributes.js";
import { isBaseTypeWord, parseBaseType, skipIgnoredWords } from "./parse-base-type.js";
import { parseDeclarator } from "./parse-declarator.js";
import { parseExpression } from "./parse-expression.js";
import type { Opening } from "./parse-file.js";
import { parseUnion } from "./parse-union.js";
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
    case "union":
      return parseUnion(cursor);
    case "enum":
    case "bitmap":
      return parseEnum(cursor, text);
    case "pipe":
      return parsePipe(cursor);
    case "interface":
    case "SAFEARRAY":
    case "coclass":
      return parseUnsupportedType(cursor);
    default: {
      const first = cursor.token;
      const name = cursor.expectName("a type");
      if (name === null || !cursor.is("."))
        return name === null ? null : { kind: "reference", name, span: name.span };
      while (cursor.accept(".")) cursor.take();
      return { kind: "unsupported", feature: "a type of the Windows Runtime", span: cursor.spanFrom(first) };
    }
  }
}

/** Steps over a type of COM's. */
function parseUnsupportedType(cursor: TokenCursor): UnsupportedNode {
  const first = cursor.take();
  if (first.text === "SAFEARRAY") {
    if (cursor.is("(")) cursor.skipBalanced();
    return { kind: "unsupported", feature: "SAFEARRAY", span: cursor.spanFrom(first) };
  }
  if (cursor.token.kind === "identifier") cursor.take();
  return { kind: "unsupported", feature: "an interface pointer", span: cursor.spanFrom(first) };
}

function parsePipe(cursor: TokenCursor): PipeNode | null {
  const first = cursor.take();
  const element = cursor.nested(() => parseTypeSpecifier(cursor));
  return element === null ? null : { kind: "pipe", element, span: cursor.spanFrom(first) };
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
  switch (type.kind) {
    case "struct":
      return type.members !== null;
    case "union":
      return type.arms !== null;
    case "enum":
    case "bitmap":
      return type.labels !== null;
    default:
      return false;
  }
}

/** `[attributes] T a, *b;`: one member for each declarator. */
function parseMemberDeclaration(cursor: TokenCursor, members: FieldNode[]): boolean {
  const first = cursor.token;
  const doc = cursor.doc();
  return parseFields(cursor, { first, doc, attributes: parseAttributes(cursor) }, members);
}

/** What follows the attributes of a member or of a union's arm; false after a report. */
export function parseFields(cursor: TokenCursor, opening: Opening, members: FieldNode[]): boolean {
  const { first, doc, attributes } = opening;
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

function parseEnum(cursor: TokenCursor, kind: EnumNode["kind"]): EnumNode | null {
  const first = cursor.take();
  const tag = cursor.token.kind === "identifier" ? cursor.expectName("a tag") : null;
  if (!cursor.accept("{")) {
    if (tag === null) {
      cursor.expected("a tag or '{'");
      return null;
    }
    return { kind, tag, labels: null, span: cursor.spanFrom(first) };
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
  return { kind, tag, labels, span: cursor.spanFrom(first) };
}

function parseLabel(cursor: TokenCursor): LabelNode | null {
  const first = cursor.token;
  const doc = cursor.doc();
  // Type libraries document labels there.
  parseAttributes(cursor);
  const name = cursor.expectName("an enum label");
  if (name === null) return null;
  let value: Expression | null = null;
  if (cursor.accept("=")) {
    value = parseExpression(cursor);
    if (value === null) return null;
  }
  return { name, doc, value, span: cursor.spanFrom(first) };
}
