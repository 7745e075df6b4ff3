import type { AliasDefinition, Constant, EnumDefinition, StructDefinition } from "@ncalrpc/idl";
import { structMembers, visible } from "./derived-members.js";
import { type Doc, hardline, indent, join } from "./doc.js";
import { interfaceCode } from "./method-code.js";
import type { ModuleContext } from "./module-context.js";
import { docComment, stringLiteral } from "./text.js";
import { labelNames, memberNames } from "./unit-names.js";
import type { WellKnown, WellKnownText } from "./well-known.js";

/** Constants: one with a comment by itself, the others between them line by line. */
export function constantBlocks(context: ModuleContext, constants: readonly Constant[]): Doc[] {
  const blocks: Doc[][] = [];
  let open: Doc[] | null = null;
  for (const constant of constants) {
    const line = constantCode(context, constant);
    if (open !== null && constant.doc === null) {
      open.push(line);
      continue;
    }
    const block = [line];
    blocks.push(block);
    open = constant.doc === null ? block : null;
  }
  return blocks.map((lines) => join(hardline, lines));
}

/** `export const NAME = value;`, a bigint for 64-bit integers. */
function constantCode(context: ModuleContext, constant: Constant): Doc {
  const { value } = constant;
  const name = context.names.constants.get(constant.name) ?? constant.name;
  return [docComment(constant.doc), `export const ${name} = ${literal(value)};`];
}

function literal(value: Constant["value"]): string {
  if (value.kind === "string") return stringLiteral(value.value);
  if (value.kind === "boolean") return String(value.value);
  return value.scalar === "int64" || value.scalar === "uint64" ? `${value.value}n` : value.value;
}

/** The labels as an object, and the type of the values. */
export function enumCode(context: ModuleContext, definition: EnumDefinition): Doc {
  const unit = context.unit.name;
  const type = context.typeName(unit, definition.name, "type");
  const names = labelNames(definition);
  const labels = definition.labels.map(
    (label, i): Doc => [docComment(label.doc), `${names[i]}: ${label.value},`],
  );
  const body: Doc = [indent(hardline, join(hardline, labels)), hardline];
  const value = `${context.libraryType("EnumValue")}<typeof ${type}>`;
  return [
    docComment(definition.doc),
    [`export const ${type} = {`, body, "} as const;"],
    hardline,
    `export type ${type} = ${value};`,
  ];
}

export function aliasCode(context: ModuleContext, definition: AliasDefinition): Doc {
  const type = context.typeName(context.unit.name, definition.name, "type");
  return [docComment(definition.doc), `export type ${type} = ${context.typeText(definition.type)};`];
}

/** A struct that programs have a natural value for. */
export function wellKnownCode(context: ModuleContext, definition: StructDefinition): Doc {
  const type = context.typeName(context.unit.name, definition.name, "type");
  const known = context.index.natural(definition);
  const notes: Partial<Record<WellKnown | WellKnownText, string>> = {
    guid: "As text: `00112233-4455-6677-8899-aabbccddeeff`.",
    filetime: "Units of 100 ns since 1601-01-01 UTC.",
    sid: "As text: `S-1-5-32-544`.",
    unicodeString: "The string that is counted; null without a buffer.",
  };
  const types: Partial<Record<WellKnown | WellKnownText, string>> = {
    guid: "string",
    sid: "string",
    unicodeString: "string | null",
  };
  const doc = docComment(definition.doc, known === null ? null : (notes[known] ?? null));
  return [doc, `export type ${type} = ${(known === null ? null : types[known]) ?? "bigint"};`];
}

export function structCode(context: ModuleContext, definition: StructDefinition): Doc {
  const type = context.typeName(context.unit.name, definition.name, "type");
  const names = memberNames(definition.members);
  const members = visible(structMembers(context.index, definition));
  return [docComment(definition.doc), "export ", interfaceCode(context, type, members, names)];
}
