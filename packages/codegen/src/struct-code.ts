import type { StructDefinition } from "@ncalrpc/idl";
import { structMembers } from "./derived-members.js";
import { block, type Doc, list } from "./doc.js";
import { type FixedRun, fixedRuns, isOneRun, runAligns } from "./fixed-run.js";
import type { Resolved } from "./model-index.js";
import type { ModuleContext } from "./module-context.js";
import {
  nestedRead,
  nestedWrite,
  placeInRun,
  type RecordShape,
  readRecord,
  readRecordReferents,
} from "./record-code.js";
import type { Alignment } from "./scalar-layout.js";
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

/** The alignment of a composite value in NDR20 and in NDR64, where it is not 1. */
export function alignment(codec: string, narrow: Alignment, wide: Alignment): Doc[] {
  if (narrow === wide) return narrow === 1 ? [] : [`${codec}.align(${narrow});`];
  return [`${codec}.align(${narrow}, ${wide});`];
}

/** The statements for a struct's members, with NDR64's padding after the last or before the array that ends it. */
function withTrail(
  context: ModuleContext,
  struct: StructDefinition,
  codec: string,
  statements: (member: number) => readonly Doc[],
): Doc[] {
  const { layout } = context;
  const trail = layout.trail(struct);
  const padding = trail === 1 ? [] : [`${codec}.trail(${trail});`];
  const last = struct.members.length - 1;
  const isBefore = layout.structIsConformant(struct);
  return struct.members.flatMap((_, i): Doc[] => {
    if (i !== last) return [...statements(i)];
    return isBefore ? [...padding, ...statements(i)] : [...statements(i), ...padding];
  });
}

/** What comes before a member of a run is written: room for the run, or padding within it. */
function runStart(run: FixedRun, member: number, base: string): Doc[] {
  if (member === run.first) return [`const ${base} = w.run(${run.alignment}, ${run.size});`];
  const { offset = 0, padding = 0 } = run.places[member - run.first] ?? {};
  return padding === 0 ? [] : [`w.padAt(${base} + ${offset - padding}, ${padding});`];
}

function isReference(resolved: Resolved): boolean {
  return resolved.kind === "pointer" && resolved.pointer === "ref";
}

/** The readers and writers of a struct. `isShared` exports them, for other generated modules. */
export function structCodecs(context: ModuleContext, struct: StructDefinition, isShared: boolean): Doc[] {
  const { layout, index } = context;
  const unit = context.unit.name;
  const type = context.typeName(unit, struct.name, "type");
  // A struct without members leaves the parameters unused, which their names then say.
  const unused = struct.members.length === 0 ? "_" : "";
  // So does one whose members are reference pointers: what stands in their place says nothing of the value.
  const unwritten = struct.members.every(({ type, ignore }) => ignore || isReference(index.resolve(type)))
    ? "_"
    : "";
  const writer = `${unused}w: ${context.libraryType("Writer")}`;
  const reader = `${unused}r: ${context.libraryType("Reader")}`;
  const members = structMembers(index, struct);
  const names = memberNames(members);
  const trail = layout.trail(struct);
  const shape: RecordShape = {
    label: struct.name,
    members,
    isUnnamed: isOneRun(layout, index, members),
    others: [],
    access: () => "",
    names,
    ...(trail === 1
      ? {}
      : { trail: { alignment: trail, isBefore: layout.structIsConformant(struct), type } }),
  };
  const frame = structFrame(context, struct, "value");
  const code = new WriteCode(context);
  const written = members.map((member) => ({
    type: member.type,
    text:
      member.countOf === null && member.switchOf === null
        ? `value.${names.get(member.name)}`
        : code.derived(member, frame),
    lenient: member.disableConsistencyCheck,
    ignore: member.ignore,
    label: `${struct.name}.${member.name}`,
    property: names.get(member.name) ?? member.name,
    range: member.range,
    frame,
  }));
  const runs = fixedRuns(layout, index, members);
  const align = (codec: string): Doc[] =>
    runAligns(layout, members, runs)
      ? []
      : alignment(
          codec,
          layout.alignsItself(struct) ? 1 : layout.structAlignment(struct),
          layout.alignsItself(struct, true) ? 1 : layout.structAlignment(struct, true),
        );
  const writerScope = context.locals("value");
  const bases = new Map(runs.map((run, n) => [run, writerScope.claim(`at${n || ""}`)]));
  const last = struct.members.at(-1);
  const hoisted = last === undefined ? 0 : layout.hoistedCounts(last.type);
  const functions: Doc[] = [
    functionCode(
      context.typeName(unit, struct.name, "write"),
      [writer, `${unwritten}value: ${type}`],
      "void",
      [
        ...align("w"),
        ...withTrail(context, struct, "w", (i) => {
          const member = written[i];
          if (member === undefined) return [];
          if (member.ignore) return ["w.pointer(false);"];
          const run = runs.find(({ first, places }) => i >= first && i < first + places.length);
          const base = run && bases.get(run);
          if (run === undefined || base === undefined) return code.body(member);
          return [...runStart(run, i, base), ...code.body({ ...member, place: placeInRun(run, i, base) })];
        }),
      ],
    ),
  ];
  const isRecursive = index.isRecursive(struct);
  const hasPointers = layout.holdsPointers(struct);
  if (hasPointers) {
    functions.push(
      functionCode(
        context.typeName(unit, struct.name, "writeReferents"),
        [writer, `value: ${type}`],
        "void",
        nestedWrite(
          isRecursive,
          written.flatMap((member) => (member.ignore ? [] : code.referents(member))),
        ),
      ),
    );
  }
  functions.push(
    functionCode(
      context.typeName(unit, struct.name, "read"),
      [reader, ...(hoisted === 0 ? [] : [hoisted === 1 ? "count: number" : "counts: readonly number[]"])],
      type,
      [
        ...align("r"),
        ...readRecord(context, shape, true, hoisted === 0 ? null : hoisted === 1 ? "count" : "counts"),
      ],
    ),
  );
  if (hasPointers) {
    functions.push(
      functionCode(
        context.typeName(unit, struct.name, "readReferents"),
        [reader, `value: ${type}`],
        "void",
        nestedRead(context, struct, readRecordReferents(context, shape)),
      ),
    );
  }
  return isShared ? functions.map((code) => [docComment("@internal"), "export ", code]) : functions;
}
