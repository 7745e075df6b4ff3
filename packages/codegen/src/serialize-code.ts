import type { Type, TypeDefinition, Unit } from "@ncalrpc/idl";
import { block, call, type Doc } from "./doc.js";
import { Frame } from "./frame.js";
import type { ModuleContext } from "./module-context.js";
import { ReadCode } from "./read-code.js";
import { functionCode } from "./struct-code.js";
import { holdsSystemHandles } from "./system-handles.js";
import { docComment } from "./text.js";
import { WriteCode } from "./write-code.js";

/**
 * Which functions for serialized types an interface asks for, of any type or of the one of a name: by [encode] and [decode] of
 * its own or of the type, which may stand in its ACF file.
 */
export function serializes(
  unit: Unit,
  type: string | null = null,
): { readonly encode: boolean; readonly decode: boolean } {
  const attributes = unit.interface?.attributes ?? [];
  const has = (attribute: string): boolean =>
    attributes.some(
      ({ name, text }) => name === attribute && (type === null || text === null || text === type),
    );
  return { encode: has("encode"), decode: has("decode") };
}

/** `encodeX` and `decodeX` of a type (type serialization version 1), as far as its interface asks for them. */
export function serializeCode(context: ModuleContext, definition: TypeDefinition): Doc[] {
  const { encode, decode } = serializes(context.unit, definition.name);
  const type: Type = { kind: "named", unit: context.unit.name, name: definition.name };
  const resolved = context.index.resolve(type);
  const meaning = resolved.kind === "definition" ? resolved.definition : resolved;
  const { kind } = meaning;
  if (kind === "context_handle" || kind === "pipe" || (kind === "union" && !meaning.encapsulated)) return [];
  if (holdsSystemHandles(context.index, type)) return [];
  // An array whose size another value gives is no type by itself.
  if (resolved.kind === "array" && resolved.fixed === null) return [];
  const isPrimitive = kind === "scalar" || kind === "enum";
  const text = context.typeText(type);
  const frame = new Frame(definition.name, context.index, [], () => "");
  const item = { type, label: definition.name, property: null, range: null, frame };
  const functions: Doc[] = [];
  if (encode) {
    const write = block(
      `const write = (w: ${context.libraryType("Writer")}, item: ${text}): void =>`,
      new WriteCode(context).item({ ...item, text: "item" }),
    );
    const encoded = call(`${context.library("Writer")}.encodeType`, "value", "write", String(isPrimitive));
    const name = context.typeName(context.unit.name, definition.name, "encode");
    functions.push([
      docComment(`${text} in octets of its own (type serialization version 1).`),
      "export ",
      functionCode(name, [`value: ${text}`], "Uint8Array", [
        [write, ";"],
        ["return ", encoded, ";"],
      ]),
    ]);
  }
  if (decode) {
    const scope = context.locals("octets", "read");
    const local = scope.claim("item_");
    const reading = new ReadCode(context, scope).item({ ...item, local });
    const held: Doc[] =
      reading.checks.length > 0 && reading.holds === "expression"
        ? [["const ", local, " = ", reading.value, ";"]]
        : [];
    const value: Doc = held.length > 0 ? local : reading.value;
    const read = block(`const read = (r: ${context.libraryType("Reader")}): ${text} =>`, [
      ...reading.declare,
      ...reading.before,
      ...held,
      ...reading.checks.flatMap((check) => check(local, context.index.isNullable(type))),
      ["return ", value, ";"],
    ]);
    const decoded = call(`${context.library("Reader")}.decodeType`, "octets", "read", String(isPrimitive));
    const name = context.typeName(context.unit.name, definition.name, "decode");
    functions.push([
      docComment("What `encode` made, by whomever: throws NdrError for anything else."),
      "export ",
      functionCode(name, ["octets: Uint8Array"], text, [
        [read, ";"],
        ["return ", decoded, ";"],
      ]),
    ]);
  }
  return functions;
}
