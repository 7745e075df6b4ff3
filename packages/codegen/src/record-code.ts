import type { Member } from "@ncalrpc/idl";
import { braced, type Doc, run } from "./doc.js";
import { comparison } from "./expression.js";
import { Frame, tagText } from "./frame.js";
import { isHidden, type ModelIndex } from "./model-index.js";
import type { ModuleContext } from "./module-context.js";
import { type Check, choice, ReadCode, type Reading, type ToRead } from "./read-code.js";
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
  const fields = shape.members.map((member, i): Field => {
    const { type, range } = member;
    const local = locals.get(member.name) ?? "";
    const label = `${shape.label}.${member.name}`;
    const toRead = { type, range, local, label, frame, lenient: member.disableConsistencyCheck };
    const carried = deferred ? carriedCount(index, shape.members, member) : null;
    let reading: Reading;
    if (member.ignore) reading = { ...constant("null"), before: ["r.refPointer();"] };
    else if (shape.isPartlyIgnored?.(member)) reading = { ...constant("r.pointer()"), holds: "expression" };
    else if (carried !== null) reading = carriedReading(context, toRead, carried);
    else if (deferred) reading = code.body(toRead, layout.isConformant(type) ? count : null);
    else reading = code.item(toRead);
    unread.delete(member.name);
    if (!deferred) reading = located(reading, label);
    return { member, property: properties[i] ?? "", local, reading };
  });
  const { trail } = shape;
  const padding: Doc[] = trail === undefined ? [] : [`r.trail(${trail.alignment});`];
  if (fields.every(isPlain) && trail?.isBefore !== true) {
    const object = braced(fields.map(({ property, reading }) => [property, ": ", reading.value]));
    if (trail === undefined) return [["return ", object, ";"]];
    const local = scope.claim("value");
    return [[`const ${local}: ${trail.type} = `, object, ";"], ...padding, `return ${local};`];
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

const longLabel = 40;

/** The reading of a parameter with its name told to the reader first: errors then say which parameter they are about. */
export function located(reading: Reading, label: string): Reading {
  // A call in a chain that does not fit on a line would be broken in a way of its own.
  if (label.length > longLabel) {
    return { ...reading, before: [run("r.at", stringLiteral(label)), ...reading.before] };
  }
  let isTold = false;
  const tell = (doc: Doc): Doc => {
    if (isTold) return doc;
    if (typeof doc === "string") {
      if (!/\br\b/.test(doc)) return doc;
      isTold = true;
      return doc.replace(/\br\b/, () => `r.at(${stringLiteral(label)})`);
    }
    if ("kind" in doc) return "doc" in doc ? { ...doc, doc: tell(doc.doc) } : doc;
    return doc.map(tell);
  };
  const before = reading.before.map(tell);
  return { ...reading, before, value: tell(reading.value) };
}

interface Field {
  readonly member: Member;
  readonly property: string;
  readonly local: string;
  readonly reading: Reading;
}

function constant(value: Doc): Reading {
  return { before: [], declare: [], value, holds: "constant", checks: [] };
}

/** Whether a member can be read within an object literal. */
function isPlain({ member, reading }: Field): boolean {
  const { before, checks, result } = reading;
  return !isHidden(member) && before.length === 0 && checks.length === 0 && result === undefined;
}

/** Reads a pointer to an array whose count has to wait with it. */
function carriedReading(
  context: ModuleContext,
  { type, local, label, frame, lenient }: ToRead,
  count: Member,
): Reading {
  const pending = (): string => `${context.library("pendingCount")}(${frame.operands(count.name).text})`;
  if (!context.index.isNullable(type)) {
    const before = ["r.refPointer();"];
    return { before, declare: [], value: "", holds: "constant", checks: [], result: pending };
  }
  if (lenient === true) {
    const kept: Doc = "r.pointer()";
    return { ...constant(kept), holds: "expression", result: () => choice(local, pending()) };
  }
  const check: Check = () => {
    const condition = comparison(local, "||", `${frame.operands(count.name).text} === 0`);
    return [run("r.check", condition, stringLiteral(`${label}: null, of size ${count.name}`))];
  };
  return {
    before: [],
    declare: [],
    value: "r.pointer()",
    holds: "expression",
    checks: [check],
    result: () => choice(local, pending()),
  };
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
  // A referent may come after the array that it counts, so such a count is not checked.
  const pointers = shape.members.filter(({ type }) => index.resolve(type).kind === "pointer");
  const unknown = new Set(pointers.map(({ name }) => name));
  const frame = new Frame(shape.label, index, shape.members, access, true, unknown);
  return shape.members.flatMap((member) => {
    if (member.ignore || !layout.hasPointers(member.type)) return [];
    const toRead = {
      lenient: member.disableConsistencyCheck,
      type: member.type,
      local: scope.claim(shape.names.get(member.name) ?? member.name),
      label: `${shape.label}.${member.name}`,
      range: member.range,
      frame,
    };
    if (index.resolve(member.type).kind !== "pointer") return code.referents(toRead, place(member));
    return code.pointee(toRead, place(member), counts.get(member.name) ?? null);
  });
}

/** Wraps the statements of a recursive type, whose nesting the codec bounds. */
export function nested(codec: "r" | "w", isRecursive: boolean, statements: readonly Doc[]): readonly Doc[] {
  return isRecursive ? [`${codec}.enter();`, ...statements, `${codec}.leave();`] : statements;
}
