import type { Member, Type } from "@ncalrpc/idl";
import { braced, type Doc, run } from "./doc.js";
import { Frame } from "./frame.js";
import type { ModelIndex } from "./model-index.js";
import type { ModuleContext } from "./module-context.js";
import { type Check, ReadCode, type Reading } from "./read-code.js";
import { stringLiteral } from "./text.js";

/** A struct, or what a method sends in one direction: members that become an object. */
export interface RecordShape {
  /** For messages. */
  readonly label: string;
  /** What is sent, in order. */
  readonly members: readonly Member[];
  /** Further members that expressions may name, reached as `access` says. */
  readonly others: readonly Member[];
  readonly access: (other: Member) => string;
  /** Property names by IDL name. */
  readonly names: ReadonlyMap<string, string>;
}

/** The counts that a deferred array's place holds until the array is read: at most one, the rest stay unchecked. */
export function carriedCount(index: ModelIndex, members: readonly Member[], member: Member): Member | null {
  if (index.resolve(member.type).kind !== "pointer") return null;
  const counts = members.filter(({ countOf }) => countOf === member.name);
  const array = index.resolve(index.pointee(member.type));
  const length = array.kind === "array" && array.length?.kind === "name" ? array.length.name : null;
  return counts.find(({ name }) => name === length) ?? counts[0] ?? null;
}

/**
 * Statements that read a record and return it as an object. `deferred`: members are read in place and their pointers'
 * referents later; else each member is a top-level item.
 */
export function readRecord(
  context: ModuleContext,
  shape: RecordShape,
  deferred: boolean,
  count: Doc | null,
): Doc[] {
  const { index, layout } = context;
  const scope = context.locals(count === null ? "request" : "count");
  const code = new ReadCode(context, scope);
  const locals = new Map<string, string>();
  const frame = new Frame(
    shape.label,
    index,
    [...shape.members, ...shape.others],
    (member) => locals.get(member.name) ?? shape.access(member),
    true,
  );
  const readings = shape.members.map((member): readonly [Member, Reading, string] => {
    const hint = shape.names.get(member.name) ?? member.name;
    const toRead = {
      type: member.type,
      hint,
      label: `${shape.label}.${member.name}`,
      range: member.range,
      frame,
    };
    const reading = deferred
      ? code.body(toRead, layout.isConformant(member.type) ? count : null)
      : code.item(toRead);
    return [member, reading, hint];
  });
  const isPlain = ([member, reading]: (typeof readings)[number]): boolean =>
    member.countOf === null && reading.before.length === 0 && reading.checks.length === 0;
  if (readings.every(isPlain)) {
    return [["return ", braced(readings.map(([, reading, hint]) => [hint, ": ", reading.value])), ";"]];
  }
  const statements: Doc[] = [];
  const properties: Doc[] = [];
  const checks: Doc[] = [];
  const late: (() => Doc[])[] = [];
  for (const [member, reading, hint] of readings) {
    const carried = deferred ? carriedCount(index, shape.members, member) : null;
    const isRef = carried !== null && !index.isNullable(member.type);
    let local =
      reading.before.length > 0 && typeof reading.value === "string" && !isRef ? reading.value : null;
    if (local === "pending") local = null;
    statements.push(...reading.declare, ...reading.before);
    const held = local ?? (reading.value === "pending" || isRef ? null : scope.claim(hint));
    if (held !== null && held !== local) {
      statements.push(["const ", held, " = ", carried === null ? reading.value : "r.pointer()", ";"]);
    }
    if (held !== null) locals.set(member.name, held);
    if (member.countOf !== null) continue;
    late.push(() => {
      if (carried !== null) {
        const n = locals.get(carried.name) ?? "";
        const pending = `${context.library("pendingCount")}(${n})`;
        if (held === null) {
          properties.push(`${hint}: ${pending}`);
          return [];
        }
        properties.push(`${hint}: ${held} ? ${pending} : null`);
        const what = `${shape.label}.${member.name}: null, of size ${carried.name}`;
        return [run("r.check", `${held} || ${n} === 0`, stringLiteral(what))];
      }
      const value = held ?? "pending";
      properties.push(value === hint ? hint : `${hint}: ${value}`);
      const isNullable = index.isNullable(member.type);
      return reading.checks.flatMap((check: Check) => check(value, isNullable));
    });
  }
  for (const finish of late) checks.push(...finish());
  return [...statements, ...checks, ["return ", braced(properties), ";"]];
}

/** Whether a type is one whose referents are read into a record's member later. */
export function isPointer(index: ModelIndex, type: Type): boolean {
  return index.resolve(type).kind === "pointer";
}

/** Statements that read what the pointers of the record `value` point to. */
export function readRecordReferents(context: ModuleContext, shape: RecordShape): Doc[] {
  const { index, layout } = context;
  const scope = context.locals("value");
  const code = new ReadCode(context, scope);
  const counts = new Map<string, string>();
  const unknown = new Set(shape.members.filter(({ countOf }) => countOf !== null).map(({ name }) => name));
  const place = (member: Member): string => `value.${shape.names.get(member.name)}`;
  for (const member of shape.members) {
    const carried = carriedCount(index, shape.members, member);
    if (carried === null) continue;
    counts.set(member.name, scope.claim(shape.names.get(carried.name) ?? carried.name));
    unknown.delete(carried.name);
  }
  const access = (member: Member): string =>
    member.countOf === null ? place(member) : (counts.get(member.countOf) ?? place(member));
  const frame = new Frame(shape.label, index, shape.members, access, true, unknown);
  return shape.members.flatMap((member) => {
    if (!layout.hasPointers(member.type)) return [];
    const toRead = {
      type: member.type,
      hint: shape.names.get(member.name) ?? member.name,
      label: `${shape.label}.${member.name}`,
      range: member.range,
      frame,
    };
    if (!isPointer(index, member.type)) return code.referents(toRead, place(member));
    return code.pointee(toRead, place(member), counts.get(member.name) ?? null);
  });
}

/** Wraps the statements of a recursive type, whose nesting the codec bounds. */
export function nested(codec: "r" | "w", isRecursive: boolean, statements: readonly Doc[]): readonly Doc[] {
  return isRecursive ? [`${codec}.enter();`, ...statements, `${codec}.leave();`] : statements;
}
