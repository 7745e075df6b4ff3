import type { AcfEntry, AcfFile, AcfInterface, AcfMethod } from "../acf/acf-file.js";
import type { Reporter } from "../diagnostics/reporter.js";
import type { Limits } from "../limits.js";
import { type PreprocessOptions, preprocess } from "../preprocess/preprocess.js";
import type { SourceFile } from "../source/source-file.js";
import type { Attribute } from "./ast.js";
import { parseAttributes } from "./parse-attributes.js";
import { TokenCursor } from "./token-cursor.js";

/** Parses an attribute configuration file: `[attributes] interface N { typedef [attributes] T; [attributes] f([attributes] p); }`. */
export function parseAcf(
  source: SourceFile,
  reporter: Reporter,
  limits: Limits,
  options: PreprocessOptions,
): AcfFile {
  const { expanded } = preprocess(source, options, reporter, limits);
  const cursor = new TokenCursor(source, expanded, reporter, limits);
  const interfaces = new Map<string, AcfInterface>();
  while (!cursor.atEnd) {
    if (cursor.accept(";")) continue;
    if (cursor.is("import") || cursor.is("include") || cursor.is("cpp_quote")) {
      skipStatement(cursor);
      continue;
    }
    const attributes = parseAttributes(cursor);
    const found = cursor.accept("interface") ? parseInterface(cursor, attributes) : null;
    if (found === null) {
      cursor.expected("'interface'");
      cursor.skipTo(";");
      cursor.take();
    } else {
      interfaces.set(found.name.text, found);
    }
  }
  return { interfaces };
}

function parseInterface(cursor: TokenCursor, attributes: readonly Attribute[]): AcfInterface | null {
  const name = cursor.expectName("the interface's name");
  if (name === null || !cursor.expect("{")) return null;
  const types = new Map<string, AcfEntry>();
  const methods = new Map<string, AcfMethod>();
  while (!cursor.is("}") && !cursor.atEnd) {
    if (cursor.accept(";")) continue;
    const before = cursor.index;
    if (cursor.is("include") || cursor.is("import") || cursor.is("cpp_quote")) {
      skipStatement(cursor);
      continue;
    }
    if (cursor.accept("typedef")) parseTypes(cursor, types);
    else parseMethod(cursor, methods);
    if (cursor.accept(";")) continue;
    cursor.expected("';'");
    cursor.skipTo(";");
    if (cursor.index === before) cursor.take();
  }
  cursor.expect("}");
  return { name, attributes, types, methods };
}

/** `typedef [attributes] A, B;` */
function parseTypes(cursor: TokenCursor, types: Map<string, AcfEntry>): void {
  const attributes = parseAttributes(cursor);
  do {
    const name = cursor.expectName("a type's name");
    if (name !== null) types.set(name.text, { name, attributes });
  } while (cursor.accept(","));
}

/** `[attributes] f([attributes] a, b), g();`; a name alone stands for the method too. */
function parseMethod(cursor: TokenCursor, methods: Map<string, AcfMethod>): void {
  const attributes = parseAttributes(cursor);
  do {
    const name = cursor.expectName("a method's name");
    if (name === null) return;
    const parameters = new Map<string, AcfEntry>();
    if (cursor.accept("(")) {
      while (!cursor.is(")") && !cursor.atEnd) {
        const own = parseAttributes(cursor);
        const parameter = cursor.is(",") || cursor.is(")") ? null : cursor.expectName("a parameter's name");
        if (parameter !== null) parameters.set(parameter.text, { name: parameter, attributes: own });
        if (!cursor.accept(",")) break;
      }
      if (!cursor.expect(")")) return;
    }
    methods.set(name.text, { name, attributes, parameters });
  } while (cursor.accept(","));
}

/** To the statement's `;`, or past the literal of an include that lacks one. */
function skipStatement(cursor: TokenCursor): void {
  cursor.take();
  if (cursor.is("(")) cursor.skipBalanced();
  while (cursor.token.kind === "string" || cursor.is(",")) cursor.take();
}
