import type {
  ConstantNode,
  Declaration,
  Declarator,
  FieldNode,
  MethodNode,
  TypedefNode,
  TypeSpecifier,
  UnsupportedNode,
} from "./ast.js";
import { parseAttributes } from "./parse-attributes.js";
import { parseDeclarator } from "./parse-declarator.js";
import { parseExpression } from "./parse-expression.js";
import type { Opening } from "./parse-file.js";
import { parseTypeSpecifier } from "./parse-type.js";
import type { TokenCursor } from "./token-cursor.js";

/** A constant, a typedef, a tagged type or a method; null after a report. The attributes in front are already read. */
export function parseDeclaration(cursor: TokenCursor, opening: Opening): Declaration | null {
  if (cursor.is("typedef")) return parseTypedef(cursor, opening);
  if (cursor.is("const")) return parseConstant(cursor, opening);
  if (cursor.token.kind !== "identifier") {
    cursor.expected("a declaration");
    return null;
  }
  const from = cursor.index;
  const type = parseTypeSpecifier(cursor);
  if (type === null) return null;
  const isConstant = /\bconst\b/.test(cursor.textBetween(from, cursor.index));
  const { first, doc, attributes } = opening;
  if (type.kind !== "base" && type.kind !== "reference" && cursor.accept(";")) {
    return { kind: "type", type, doc, attributes, span: cursor.spanFrom(first) };
  }
  const declarator = parseDeclarator(cursor);
  if (isConstant && declarator !== null && cursor.is("="))
    return parseConstantValue(cursor, opening, type, declarator);
  return parseMethod(cursor, opening, type, declarator);
}

function parseTypedef(cursor: TokenCursor, opening: Opening): TypedefNode | null {
  cursor.take();
  const attributes = [...opening.attributes, ...parseAttributes(cursor)];
  const type = parseTypeSpecifier(cursor);
  if (type === null) return null;
  const declarators: Declarator[] = [];
  do {
    const declarator = parseDeclarator(cursor);
    if (declarator === null) return null;
    if (declarator.name === null) {
      cursor.expected("the new type's name");
      return null;
    }
    if (cursor.is("(")) {
      const feature = "a function type";
      declarators.push({
        ...declarator,
        unsupported: { kind: "unsupported", feature, span: cursor.spanOf(cursor.token) },
      });
      cursor.skipBalanced();
    } else {
      declarators.push(declarator);
    }
  } while (cursor.accept(","));
  if (!cursor.expect(";")) return null;
  return {
    kind: "typedef",
    type,
    declarators,
    doc: opening.doc,
    attributes,
    span: cursor.spanFrom(opening.first),
  };
}

function parseConstant(
  cursor: TokenCursor,
  opening: Opening,
): ConstantNode | MethodNode | UnsupportedNode | null {
  cursor.take();
  const type = parseTypeSpecifier(cursor);
  const declarator = type === null ? null : parseDeclarator(cursor);
  if (type === null || declarator === null) return null;
  if (declarator.name === null) {
    cursor.expected("the constant's name");
    return null;
  }
  if (cursor.is("(")) return parseMethod(cursor, opening, type, declarator);
  return parseConstantValue(cursor, opening, type, declarator);
}

/** `= value;` */
function parseConstantValue(
  cursor: TokenCursor,
  opening: Opening,
  type: TypeSpecifier,
  declarator: Declarator,
): ConstantNode | null {
  if (!cursor.expect("=")) return null;
  const value = parseExpression(cursor);
  if (value === null || !cursor.expect(";")) return null;
  const { doc, attributes, first } = opening;
  return { kind: "constant", type, declarator, value, doc, attributes, span: cursor.spanFrom(first) };
}

function parseMethod(
  cursor: TokenCursor,
  opening: Opening,
  returns: TypeSpecifier,
  declarator: Declarator | null,
): MethodNode | UnsupportedNode | null {
  if (declarator === null) return null;
  if (declarator.name === null) {
    cursor.expected("the method's name");
    return null;
  }
  if (opening.first.text === "extern" && cursor.accept(";")) {
    return { kind: "unsupported", feature: "a variable", span: declarator.name.span };
  }
  if (!cursor.is("(")) {
    cursor.expected("'('");
    return null;
  }
  const list = cursor.nested(() => parseParameters(cursor));
  // C++ has `const` and `= 0` there.
  if (list !== null) cursor.accept("const");
  if (list !== null && cursor.is("=") && cursor.is("0", 1)) {
    cursor.take();
    cursor.take();
  }
  if (list === null || !cursor.expect(";")) return null;
  const { doc, attributes, first } = opening;
  return {
    kind: "method",
    name: declarator.name,
    returns,
    declarator,
    ...list,
    doc,
    attributes,
    statuses: [],
    span: cursor.spanFrom(first),
  };
}

function parseParameters(cursor: TokenCursor): Pick<MethodNode, "parameters" | "variadic"> | null {
  const parameters: FieldNode[] = [];
  let variadic = false;
  cursor.take();
  if (cursor.accept(")")) return { parameters, variadic };
  do {
    if (cursor.accept("...")) {
      variadic = true;
      continue;
    }
    const parameter = parseParameter(cursor);
    if (parameter === null) cursor.skipTo(",", ")", ";");
    else parameters.push(parameter);
    // DCE's compiler reads over a comma too many.
  } while (cursor.accept(",") && !cursor.is(")"));
  if (!cursor.expect(")")) {
    cursor.skipTo(")", ";");
    if (!cursor.accept(")")) return null;
  }
  return { parameters: isVoid(parameters) ? [] : parameters, variadic };
}

function parseParameter(cursor: TokenCursor): FieldNode | null {
  const first = cursor.token;
  const doc = cursor.doc();
  const attributes = parseAttributes(cursor);
  const type = parseTypeSpecifier(cursor);
  if (type === null) return null;
  const declarator = parseDeclarator(cursor);
  if (declarator === null) return null;
  return { kind: "field", type, declarator, doc, attributes, span: cursor.spanFrom(first) };
}

/** `(void)` */
function isVoid(parameters: readonly FieldNode[]): boolean {
  const only = parameters.length === 1 ? parameters[0] : undefined;
  return (
    only !== undefined &&
    only.type.kind === "base" &&
    only.type.base === "void" &&
    only.declarator.name === null &&
    only.declarator.levels.length === 0
  );
}
