import type { Type, UnionArm, UnionDefinition } from "@ncalrpc/idl";
import { block, braced, type Doc, group, hardline, ifBroken, indent, join, line, run } from "./doc.js";
import { Frame, tagText } from "./frame.js";
import type { ModelIndex } from "./model-index.js";
import type { ModuleContext } from "./module-context.js";
import { ReadCode } from "./read-code.js";
import { nestedRead, nestedWrite } from "./record-code.js";
import { alignment, functionCode } from "./struct-code.js";
import { docComment, stringLiteral } from "./text.js";
import { labelNames } from "./unit-names.js";
import { WriteCode } from "./write-code.js";

/**
 * The type of a union, one member for each arm, told apart by `tag`: the literal of the discriminant, or "default" for the
 * arm of all other values, which `discriminant` then has. An arm that sends something has it as `value`.
 */
export function unionType(context: ModuleContext, union: UnionDefinition): Doc {
  const type = context.typeName(context.unit.name, union.name, "type");
  const members: Doc[] = [];
  for (const arm of union.arms) {
    const typed: Doc[] = arm.type === null ? [] : [`value: ${context.typeText(arm.type)}`];
    const labels = arm.labels.map((label) => tagType(context, union, label));
    if (labels.length > 0) members.push(objectType([`tag: ${labels.join(" | ")}`, ...typed]));
    if (arm.isDefault) {
      const discriminant = context.typeText(union.discriminant);
      members.push(objectType([`tag: "default"`, `discriminant: ${discriminant}`, ...typed]));
    }
  }
  const [only] = members;
  const alternatives: Doc =
    only !== undefined && members.length === 1
      ? [" ", only]
      : group(
          indent(
            line,
            ifBroken("| "),
            join(
              [line, "| "],
              members.map((member) => indent(member)),
            ),
          ),
        );
  return [docComment(union.doc), `export type ${type} =`, alternatives, ";"];
}

function objectType(properties: readonly Doc[]): Doc {
  return braced(properties, ";", ifBroken(";"));
}

/** A label as TypeScript's type of the tag. */
function tagType(context: ModuleContext, union: UnionDefinition, label: string): string {
  const value = tagValue(context.index, union, label);
  const { discriminant } = union;
  const resolved = context.index.resolve(discriminant);
  if (resolved.kind !== "definition" || resolved.definition.kind !== "enum") return value;
  const { definition } = resolved;
  const position = definition.labels.findIndex((known) => String(known.value) === label);
  const name = labelNames(definition)[position];
  return name === undefined
    ? value
    : `typeof ${context.enumObject(resolved.unit.name, definition.name)}.${name}`;
}

/** A label as the value of the tag. */
export function tagValue(index: ModelIndex, union: UnionDefinition, label: string): string {
  const kind = index.valueKind(union.discriminant);
  if (kind === "boolean") return String(label !== "0");
  return kind === "bigint" ? `${label}n` : label;
}

/** The readers and writers of a union. `isShared` exports them, for other generated modules. */
export function unionCodecs(context: ModuleContext, union: UnionDefinition, isShared: boolean): Doc[] {
  const { index, layout } = context;
  const unit = context.unit.name;
  const type = context.typeName(unit, union.name, "type");
  const writer = `w: ${context.libraryType("Writer")}`;
  const reader = `r: ${context.libraryType("Reader")}`;
  const isRecursive = index.isRecursive(union);
  const functions: Doc[] = [
    functionCode(
      context.typeName(unit, union.name, "write"),
      [writer, `value: ${type}`],
      "void",
      writeUnion(context, union),
    ),
  ];
  if (layout.holdsPointers(union)) {
    functions.push(
      functionCode(
        context.typeName(unit, union.name, "writeReferents"),
        [writer, `value: ${type}`],
        "void",
        nestedWrite(isRecursive, writeReferents(context, union)),
      ),
    );
  }
  functions.push(
    functionCode(context.typeName(unit, union.name, "read"), [reader], type, readUnion(context, union)),
  );
  if (layout.holdsPointers(union)) {
    functions.push(
      functionCode(
        context.typeName(unit, union.name, "readReferents"),
        [reader, `value: ${type}`],
        "void",
        nestedRead(context, union, readReferents(context, union)),
      ),
    );
  }
  return isShared ? functions.map((code) => [docComment("@internal"), "export ", code]) : functions;
}

function writeUnion(context: ModuleContext, union: UnionDefinition): Doc[] {
  const code = new WriteCode(context);
  const frame = armFrame(context, union);
  const tag = {
    type: union.discriminant,
    text: "tag",
    label: `${union.name}.tag`,
    property: "tag",
    range: null,
    frame,
  };
  const hasDefault = union.arms.some(({ isDefault }) => isDefault);
  const clauses = union.arms.flatMap((arm): Doc[] => {
    const body = arm.type === null ? [] : code.body({ ...written(union, arm, arm.type), frame });
    const labelled = caseClause(casesOf(context, union, arm), [...body, "break;"]);
    if (!arm.isDefault) return [labelled];
    const labels = union.arms.flatMap((other) => casesOf(context, union, other));
    const refused = caseClause(labels, [invalidTag("w", union)]);
    const other: Doc[] = labels.length === 0 ? [] : [switchCode("tag", [refused])];
    const standing = caseClause(['case "default":'], [...other, ...body, "break;"]);
    return arm.labels.length === 0 ? [standing] : [labelled, standing];
  });
  return [
    hasDefault ? `const tag = ${tagText(union, "value")};` : "const { tag } = value;",
    ...beforeTag(context, union, "w"),
    ...code.body(tag),
    ...afterTag(context, union, "w"),
    switchCode("value.tag", [...clauses, caseClause(["default:"], [invalidTag("w", union)])]),
  ];
}

function readUnion(context: ModuleContext, union: UnionDefinition): Doc[] {
  const frame = armFrame(context, union);
  const reading = new ReadCode(context, context.locals("value", "tag"));
  const tag = reading.body(
    { type: union.discriminant, local: "tag", label: "tag", range: null, frame },
    null,
  );
  const clauses: Doc[] = [];
  let otherwise: Doc = caseClause(["default:"], [["return ", invalidTag("r", union)]]);
  for (const arm of union.arms) {
    for (const label of arm.labels) {
      const value = tagValue(context.index, union, label);
      clauses.push(caseClause([`case ${value}:`], readArm(context, union, arm, [`tag: ${value}`])));
    }
    if (arm.isDefault) {
      const fixed = [`tag: "default"`, "discriminant: tag"];
      otherwise = caseClause(["default:"], readArm(context, union, arm, fixed));
    }
  }
  return [
    ...beforeTag(context, union, "r"),
    ["const tag = ", tag.value, ";"],
    ...afterTag(context, union, "r"),
    switchCode("tag", [...clauses, otherwise]),
  ];
}

function readArm(
  context: ModuleContext,
  union: UnionDefinition,
  arm: UnionArm,
  fixed: readonly Doc[],
): Doc[] {
  if (arm.type === null) return [["return ", braced(fixed), ";"]];
  const { type, range } = arm;
  const frame = armFrame(context, union);
  const label = arm.name ?? "value";
  const scope = context.locals("value", "tag");
  const local = scope.claim("value_");
  const reading = new ReadCode(context, scope).body({ type, local, label, range, frame }, null);
  const checks = reading.checks.flatMap((check) => check(local, context.index.isNullable(type)));
  const isHeld = checks.length > 0 && reading.holds === "expression";
  return [
    ...reading.declare,
    ...reading.before,
    ...(isHeld ? [["const ", local, " = ", reading.value, ";"]] : []),
    ...checks,
    ["return ", braced([...fixed, ["value: ", isHeld ? local : reading.value]]), ";"],
  ];
}

function writeReferents(context: ModuleContext, union: UnionDefinition): Doc[] {
  const code = new WriteCode(context);
  const frame = armFrame(context, union);
  return referents(context, union, (arm, type) => code.referents({ ...written(union, arm, type), frame }));
}

function readReferents(context: ModuleContext, union: UnionDefinition): Doc[] {
  const frame = armFrame(context, union);
  return referents(context, union, (arm, type) => {
    const scope = context.locals("value");
    const code = new ReadCode(context, scope);
    const label = arm.name ?? "value";
    const toRead = { type, local: scope.claim("referent"), label, range: arm.range, frame };
    const isPointer = context.index.resolve(type).kind === "pointer";
    return isPointer ? code.pointee(toRead, "value.value") : code.referents(toRead, "value.value");
  });
}

function referents(
  context: ModuleContext,
  union: UnionDefinition,
  statements: (arm: UnionArm, type: Type) => Doc[],
): Doc[] {
  const clauses = union.arms.flatMap((arm): Doc[] => {
    if (arm.type === null || !context.layout.hasPointers(arm.type)) return [];
    const cases = casesOf(context, union, arm);
    if (arm.isDefault) cases.push('case "default":');
    return [caseClause(cases, [...statements(arm, arm.type), "break;"])];
  });
  return [switchCode("value.tag", clauses)];
}

function written(union: UnionDefinition, arm: UnionArm, type: Type) {
  return {
    type,
    text: "value.value",
    label: `${union.name}.${arm.name ?? "value"}`,
    property: "value",
    range: arm.range,
  };
}

/** No expression of an arm names anything: an arm has no siblings. */
function armFrame(context: ModuleContext, union: UnionDefinition): Frame {
  return new Frame(union.name, context.index, [], () => "");
}

/** In NDR64 a union is aligned as its widest part, before the tag and once more before the arm (MS-RPCE 2.2.5.3.4.3). */
function beforeTag(context: ModuleContext, union: UnionDefinition, codec: string): Doc[] {
  const wide = context.layout.unionAlignment(union, true);
  const own = context.layout.alignment(union.discriminant, true);
  return alignment(codec, 1, wide === own ? 1 : wide);
}

/** In NDR20 only ms_union aligns any arm as the widest one (MS-RPCE 2.2.4.5). */
function afterTag(context: ModuleContext, union: UnionDefinition, codec: string): Doc[] {
  const { layout } = context;
  const wide = layout.unionAlignment(union, true);
  const arms = union.msUnion && !union.encapsulated ? layout.armAlignment(union) : 1;
  const narrow = arms > layout.alignment(union.discriminant) ? arms : 1;
  return alignment(codec, narrow, wide === layout.alignment(union.discriminant, true) ? 1 : wide);
}

function casesOf(context: ModuleContext, union: UnionDefinition, arm: UnionArm): string[] {
  return arm.labels.map((label) => `case ${tagValue(context.index, union, label)}:`);
}

function invalidTag(codec: string, union: UnionDefinition): Doc {
  return run(`${codec}.invalidTag`, stringLiteral(union.name), "tag");
}

function switchCode(value: string, clauses: readonly Doc[]): Doc {
  return block(`switch (${value})`, clauses);
}

/** Labels and their statements, in a block if they declare anything. */
function caseClause(labels: readonly string[], statements: readonly Doc[]): Doc {
  const head = join(hardline, labels);
  const declares = statements.some((statement) => /^(const|let) /.test(firstText(statement)));
  if (declares) return block(head, statements);
  return [head, indent(hardline, join(hardline, statements))];
}

function firstText(doc: Doc): string {
  if (typeof doc === "string") return doc;
  if (Array.isArray(doc)) {
    for (const part of doc) {
      const text = firstText(part);
      if (text !== "") return text;
    }
  }
  return "";
}
