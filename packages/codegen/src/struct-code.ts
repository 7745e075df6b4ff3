import type { StructDefinition } from "@ncalrpc/idl";
import { block, type Doc, list } from "./doc.js";
import { structMembers } from "./model-index.js";
import type { ModuleContext } from "./module-context.js";
import { nested, type RecordShape, readRecord, readRecordReferents } from "./record-code.js";
import { docComment } from "./text.js";
import { memberNames } from "./unit-names.js";
import { structFrame, WriteCode } from "./write-code.js";

/** `function name(parameters): result { ... }` */
export function functionCode(
  name: string,
  parameters: readonly Doc[],
  result: string,
  statements: readonly Doc[],
): Doc {
  return block([`function ${name}`, list(parameters), `: ${result}`], statements);
}

/** The readers and writers of a struct. `isShared` exports them, for other generated modules. */
export function structCodecs(context: ModuleContext, struct: StructDefinition, isShared: boolean): Doc[] {
  const { layout, index } = context;
  const unit = context.unit.name;
  const type = context.typeName(unit, struct.name, "type");
  const writer = `w: ${context.libraryType("Writer")}`;
  const reader = `r: ${context.libraryType("Reader")}`;
  const members = structMembers(index, struct);
  const names = memberNames(members);
  const shape: RecordShape = {
    label: struct.name,
    members,
    others: [],
    access: () => "",
    names,
  };
  const frame = structFrame(context, struct, "value");
  const code = new WriteCode(context);
  const written = members.map((member) => ({
    type: member.type,
    text: member.countOf === null ? `value.${names.get(member.name)}` : code.derived(member, frame),
    label: `${struct.name}.${member.name}`,
    range: member.range,
    frame,
  }));
  const alignment = layout.structAlignment(struct);
  const align = (codec: string): Doc[] =>
    layout.alignsItself(struct) ? [] : [`${codec}.align(${alignment});`];
  const isConformant = layout.structIsConformant(struct);
  const functions: Doc[] = [
    functionCode(context.typeName(unit, struct.name, "write"), [writer, `value: ${type}`], "void", [
      ...align("w"),
      ...written.flatMap((member) => code.body(member)),
    ]),
  ];
  const isRecursive = index.isRecursive(struct);
  const hasPointers = layout.structHasPointers(struct);
  if (hasPointers) {
    functions.push(
      functionCode(
        context.typeName(unit, struct.name, "writeReferents"),
        [writer, `value: ${type}`],
        "void",
        nested(
          "w",
          isRecursive,
          written.flatMap((member) => code.referents(member)),
        ),
      ),
    );
  }
  functions.push(
    functionCode(
      context.typeName(unit, struct.name, "read"),
      [reader, ...(isConformant ? ["count: number"] : [])],
      type,
      [...align("r"), ...readRecord(context, shape, true, isConformant ? "count" : null)],
    ),
  );
  if (hasPointers) {
    functions.push(
      functionCode(
        context.typeName(unit, struct.name, "readReferents"),
        [reader, `value: ${type}`],
        "void",
        nested("r", isRecursive, readRecordReferents(context, shape)),
      ),
    );
  }
  return isShared ? functions.map((code) => [docComment("@internal"), "export ", code]) : functions;
}
