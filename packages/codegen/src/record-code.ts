import type { Member, StructDefinition, UnionDefinition } from "@ncalrpc/idl";
import { isHidden } from "./derived-members.js";
import { braced, type Doc, run } from "./doc.js";
import { comparison } from "./expression.js";
import { type FixedRun, fixedRuns } from "./fixed-run.js";
import { Frame, tagText } from "./frame.js";
import { controlsOf, innerControls, lateChecks, refuseLate } from "./late-checks.js";
import type { ModelIndex } from "./model-index.js";
import type { ModuleContext } from "./module-context.js";
import { noElements } from "./null-check.js";
import { nestedOverhead } from "./overhead.js";
import { ReadCode } from "./read-code.js";
import { type Check, choice, type LateCheck, type Reading, readingOf, type ToRead, told } from "./reading.js";
import type { Alignment } from "./scalar-layout.js";
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
  /** Padding of NDR64 after the last member, or before it, and the type that is read. */
  readonly trail?: { readonly alignment: Alignment; readonly isBefore: boolean; readonly type: string };
  /** Whether no member is named for the messages of errors: the record is named as a whole. */
  readonly isUnnamed?: boolean;
  /** Whether only a pointer's place is read of a member: a boolean. */
  readonly isPartlyIgnored?: (member: Member) => boolean;
}

/** The count that a deferred array's place holds until the array is read: one that the value does not have. */
function carriedCount(index: ModelIndex, members: readonly Member[], member: Member): Member | null {
  if (index.resolve(member.type).kind !== "pointer") return null;
  return members.find(({ countOf }) => countOf === member.name) ?? null;
}

/**
 * Statements that read a record and return it as an object. `deferred`: members are read in place and their pointers'
 * referents later; else each member is a top-level item. `count` is what holds the max counts that were read in front.
 */
export function readRecord(
  context: ModuleContext,
  shape: RecordShape,
  deferred: boolean,
  count: string | null,
): Doc[] {
  const { index, layout } = context;
  const scope = context.locals(count ?? "request");
  const code = new ReadCode(context, scope);
  const properties = shape.members.map(({ name }) => shape.names.get(name) ?? name);
  const locals = new Map(shape.members.map(({ name }, i) => [name, scope.claim(properties[i] ?? name)]));
  const unread = new Set(locals.keys());
  const frame = new Frame(
    shape.label,
    index,
    [...shape.members, ...shape.others],
    (member) => locals.get(member.name) ?? shape.access(member),
    true,
    unread,
  );
  const runs = deferred ? fixedRuns(layout, index, shape.members) : [];
  const bases = new Map(runs.map((run, n) => [run, scope.claim(`at${n || ""}`)]));
  const fields = shape.members.map((member, i): Field => {
    const { type, range } = member;
    const local = locals.get(member.name) ?? "";
    const run = runs.find(({ first, places }) => i >= first && i < first + places.length);
    const base = run === undefined ? undefined : bases.get(run);
    const toRead: ToRead = {
      type,
      range,
      local,
      label: deferred ? member.name : `${shape.label}.${member.name}`,
      frame,
      lenient: member.disableConsistencyCheck,
      ...(run === undefined || base === undefined ? {} : { place: placeInRun(run, i, base) }),
    };
    const carried = deferred ? carriedCount(index, shape.members, member) : null;
    let reading: Reading;
    if (member.ignore) {
      reading = { ...readingOf("null", "constant"), before: [`${told(toRead)}.refPointer();`] };
    } else if (shape.isPartlyIgnored?.(member)) reading = readingOf(`${told(toRead)}.pointer()`);
    else if (carried !== null) reading = carriedReading(context, toRead, carried);
    else if (deferred) reading = code.body(toRead, layout.isConformant(type) ? count : null);
    else reading = code.item(toRead);
    if (run?.first === i) {
      const take = `const ${base} = ${shape.isUnnamed ? "r" : told(toRead)}.run(${run.alignment}, ${run.size});`;
      reading = { ...reading, before: [take, ...reading.before] };
    }
    // What a pointer of a struct points to comes later.
    if (!deferred || index.resolve(type).kind !== "pointer") unread.delete(member.name);
    return { member, property: properties[i] ?? "", local, reading };
  });
  const { trail } = shape;
  const padding: Doc[] = trail === undefined ? [] : [`r.trail(${trail.alignment});`];
  const [opening] = fields;
  if (opening !== undefined && fields.every((field) => isPlain(field, opening)) && trail?.isBefore !== true) {
    const object = braced(fields.map(({ property, reading }) => [property, ": ", reading.value]));
    if (trail === undefined) return [...opening.reading.before, ["return ", object, ";"]];
    const local = scope.claim("value");
    return [
      ...opening.reading.before,
      [`const ${local}: ${trail.type} = `, object, ";"],
      ...padding,
      `return ${local};`,
    ];
  }
  const statements: Doc[] = fields.flatMap(({ local, reading }, i) => [
    ...(trail?.isBefore === true && i === fields.length - 1 ? padding : []),
    ...reading.declare,
    ...reading.before,
    ...(reading.holds === "expression" ? [["const ", local, " = ", reading.value, ";"]] : []),
  ]);
  if (trail?.isBefore === false) statements.push(...padding);
  const shown = fields.filter(({ member }) => !isHidden(member));
  for (const { member, local, reading } of shown) {
    statements.push(...reading.checks.flatMap((check) => check(local, index.isNullable(member.type))));
  }
  const result = shown.map(({ property, local, reading }): Doc => {
    const value = reading.result?.() ?? (reading.holds === "constant" ? reading.value : local);
    return value === property ? property : [property, ": ", value];
  });
  return [...statements, ["return ", braced(result), ";"]];
}

interface Field {
  readonly member: Member;
  readonly property: string;
  readonly local: string;
  readonly reading: Reading;
}

/** Whether a member can be read within an object literal, which what comes before the first member may precede. */
function isPlain(field: Field, first: Field): boolean {
  const { before, declare, checks, result, holds } = field.reading;
  if (isHidden(field.member) || checks.length > 0 || result !== undefined) return false;
  return before.length === 0 || (field === first && declare.length === 0 && holds === "expression");
}

/** Where a member of a run lies; `base` is the local for the beginning of the run. */
export function placeInRun(run: FixedRun, member: number, base: string): string {
  const offset = run.places[member - run.first]?.offset ?? 0;
  return offset === 0 ? base : `${base} + ${offset}`;
}

/** Reads a pointer to an array whose count has to wait with it. */
function carriedReading(context: ModuleContext, toRead: ToRead, count: Member): Reading {
  const { type, local, label, frame, lenient } = toRead;
  const place = `${told(toRead)}.pointer()`;
  const pending = (): string => `${context.library("pendingCount")}(${frame.operands(count.name).text})`;
  if (!context.index.isNullable(type)) {
    return { ...readingOf("", "constant"), before: [`${told(toRead)}.refPointer();`], result: pending };
  }
  if (lenient === true) {
    return { ...readingOf(place), result: () => choice(local, pending()) };
  }
  const check: Check = () => {
    const condition = comparison(local, "||", `${frame.operands(count.name).text} === 0`);
    const what = stringLiteral(noElements("size_is", count.name));
    return [run("r.check", condition, what, stringLiteral(label))];
  };
  return { ...readingOf(place), checks: [check], result: () => choice(local, pending()) };
}

/** Statements that read what the pointers of the record `value` point to. */
export function readRecordReferents(context: ModuleContext, shape: RecordShape): Doc[] {
  const { index, layout } = context;
  const scope = context.locals("value");
  const code = new ReadCode(context, scope);
  const counts = new Map<string, string>();
  const place = (member: Member): string => `value.${shape.names.get(member.name)}`;
  for (const member of shape.members) {
    const carried = carriedCount(index, shape.members, member);
    if (carried === null) continue;
    counts.set(member.name, scope.claim(shape.names.get(carried.name) ?? carried.name));
  }
  const access = (member: Member): string => {
    if (member.countOf !== null) return counts.get(member.countOf) ?? place(member);
    const union = shape.members.find(({ name }) => name === member.switchOf);
    return union === undefined ? place(member) : tagText(index.union(union.type), place(union));
  };
  const pointers = shape.members.filter(({ type }) => index.resolve(type).kind === "pointer");
  // What a pointer points to is there when its turn has come.
  const unread = new Set(pointers.map(({ name }) => name));
  const frame = new Frame(shape.label, index, shape.members, access, true, unread);
  const whole = new Frame(shape.label, index, shape.members, access, true);
  const late: LateCheck[] = [];
  const reads = shape.members.flatMap((member) => {
    const isPointer = pointers.includes(member);
    const isLate = (name: string): boolean =>
      isPointer ? unread.has(name) : pointers.some((pointer) => pointer.name === name);
    const isChecked = !member.ignore && !member.disableConsistencyCheck;
    const isCheckedLate = isChecked && controlsOf(index, member.type).some(isLate);
    if (isCheckedLate && !isPointer) late.push(() => lateChecks(index, member, place(member), whole));
    if (isCheckedLate && isPointer && innerControls(index, member.type).some(isLate))
      refuseLate(whole, member);
    if (member.ignore || !layout.hasPointers(member.type)) return [];
    const toRead = {
      lenient: member.disableConsistencyCheck,
      type: member.type,
      local: scope.claim(shape.names.get(member.name) ?? member.name),
      label: member.name,
      range: member.range,
      frame,
    };
    if (!isPointer) return code.referents(toRead, place(member));
    const carried = counts.get(member.name) ?? null;
    const statements = code.pointee(toRead, place(member), carried, isCheckedLate && isPointer ? late : null);
    unread.delete(member.name);
    return statements;
  });
  return [...reads, ...late.flatMap((check) => check())];
}

/** Wraps the statements of a recursive type, whose nesting the codec bounds. */
export function nestedWrite(isRecursive: boolean, statements: readonly Doc[]): readonly Doc[] {
  return isRecursive ? ["w.enter();", ...statements, "w.leave();"] : statements;
}

/** The same for what reads it, which is told what each value takes in memory. */
export function nestedRead(
  context: ModuleContext,
  composite: StructDefinition | UnionDefinition,
  statements: readonly Doc[],
): readonly Doc[] {
  if (!context.index.isRecursive(composite)) return statements;
  const overhead = nestedOverhead(context, composite);
  return [`r.enter(${overhead || ""});`, ...statements, "r.leave();"];
}
