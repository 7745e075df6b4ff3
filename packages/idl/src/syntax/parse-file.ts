import type { Reporter } from "../diagnostics/reporter.js";
import type { Limits } from "../limits.js";
import { type PreprocessOptions, preprocess } from "../preprocess/preprocess.js";
import type { SourceFile } from "../source/source-file.js";
import type { FileNode, ImportNode, InterfaceNode, Item, Name, UnsupportedNode } from "./ast.js";
import { decodeEscapes } from "./escape-sequence.js";
import { parseAttributes } from "./parse-attributes.js";
import { parseDeclaration } from "./parse-declaration.js";
import type { Token } from "./token.js";
import { TokenCursor } from "./token-cursor.js";

/** Blocks and statements that only other back ends of IDL read, with how a message calls them. */
const FOREIGN_BLOCKS: ReadonlyMap<string, string> = new Map([
  ["library", "a type library"],
  ["dispinterface", "a dispinterface"],
  ["coclass", "a coclass"],
  ["module", "a type library module"],
  ["namespace", "a namespace of the Windows Runtime"],
  ["declare", "a declaration of the Windows Runtime"],
  ["importlib", "importlib"],
  ["include", "the include statement"],
]);

/** Parses one file. After an error it goes on with the next declaration, so that several are found in one run. */
export function parseFile(
  source: SourceFile,
  reporter: Reporter,
  limits: Limits,
  options: PreprocessOptions = { defines: new Map() },
): FileNode {
  const { tokens, expanded } = preprocess(source, options, reporter, limits);
  const cursor = new TokenCursor(source, expanded, reporter, limits);
  const items: Item[] = [];
  while (!cursor.atEnd) {
    parseItems(cursor, items);
    // Only a `}` without its partner stops the loop before the end.
    if (!cursor.atEnd) {
      cursor.expected("a declaration");
      cursor.take();
    }
  }
  return { kind: "file", source, tokens, items };
}

/** Declarations up to a `}` or the end. */
function parseItems(cursor: TokenCursor, items: Item[]): void {
  while (!cursor.is("}") && !cursor.atEnd) {
    if (cursor.accept(";")) continue;
    const before = cursor.index;
    const item = parseItem(cursor);
    if (item !== null) {
      items.push(item);
      continue;
    }
    cursor.skipTo(";");
    cursor.accept(";");
    if (cursor.index === before && !cursor.is("}")) cursor.take();
  }
}

function parseItem(cursor: TokenCursor): Item | null {
  const first = cursor.token;
  if (first.text === "import") return parseImport(cursor);
  if (first.text === "cpp_quote" || first.text === "midl_pragma" || first.text === "declare_guid") {
    cursor.take();
    if (cursor.token.kind === "identifier") cursor.take();
    if (cursor.is("(")) cursor.skipBalanced();
    cursor.accept(";");
    return { kind: "ignored", span: cursor.spanFrom(first) };
  }
  const doc = cursor.doc();
  const attributes = parseAttributes(cursor);
  const { token } = cursor;
  const foreign = FOREIGN_BLOCKS.get(token.text);
  if (foreign !== undefined) return parseForeignBlock(cursor, foreign);
  if (token.text === "interface" && !(cursor.peek(2).text === "*")) {
    return cursor.nested(() => parseInterface(cursor, { first, doc, attributes }));
  }
  return parseDeclaration(cursor, { first, doc, attributes });
}

function parseImport(cursor: TokenCursor): ImportNode | null {
  const first = cursor.take();
  const files: Name[] = [];
  do {
    const { token } = cursor;
    if (token.kind !== "string") {
      cursor.expected("a file name in quotes");
      return null;
    }
    cursor.take();
    // Windows paths are written with single backslashes too, which are no escapes.
    const raw = token.text.slice(1, -1);
    files.push({ text: /\\[^\\]/.test(raw) ? raw : (decodeEscapes(raw) ?? raw), span: cursor.spanOf(token) });
  } while (cursor.accept(","));
  return cursor.expect(";") ? { kind: "import", files, span: cursor.spanFrom(first) } : null;
}

function parseForeignBlock(cursor: TokenCursor, feature: string): UnsupportedNode {
  const first = cursor.take();
  cursor.skipTo(";", "{");
  const from = cursor.index;
  if (cursor.is("{")) cursor.skipBalanced();
  const words = cursor.textBetween(from, cursor.index);
  const interfaces = [...words.matchAll(/\binterface (\w+)/g)].map((match) => match[1] ?? "");
  cursor.accept(";");
  return { kind: "unsupported", feature, interfaces, span: cursor.spanOf(first) };
}

export interface Opening {
  readonly first: Token;
  readonly doc: string | null;
  readonly attributes: InterfaceNode["attributes"];
}

function parseInterface(cursor: TokenCursor, opening: Opening): InterfaceNode | null {
  cursor.take();
  const name = cursor.expectName("the interface's name");
  if (name === null) return null;
  const base = cursor.accept(":") ? cursor.expectName("the base interface's name") : null;
  const { doc, attributes } = opening;
  if (!cursor.is("{")) {
    if (!cursor.accept(";")) {
      cursor.expected("'{'");
      return null;
    }
    return { kind: "interface", name, base, attributes, doc, items: null, span: name.span };
  }
  cursor.take();
  const items: Item[] = [];
  parseItems(cursor, items);
  cursor.expect("}");
  return { kind: "interface", name, base, attributes, doc, items, span: cursor.spanFrom(opening.first) };
}
