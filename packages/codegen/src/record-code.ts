import type { Member } from "@ncalrpc/idl";
import { braced, type Doc, run } from "./doc.js";
import { comparison } from "./expression.js";
import { Frame } from "./frame.js";
import type { ModelIndex } from "./model-index.js";
import type { ModuleContext } from "./module-context.js";
import { type Check, choice, ReadCode, type Reading } from "./read-code.js";
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
  const locals = new Map<string, string>();
  const frame = new Frame(
    shape.label,
    index,
    [...shape.members, ...shape.others],
    (member) => locals.get(member.name) ?? shape.access(member),
    true,
  );
  const fields = shape.members.map((member): Field => {
    const hint = shape.names.get(member.name) ?? member.name;
    const label = `${shape.label}.${member.name}`;
    const carried = deferred ? carriedCount(index, shape.members, member) : null;
    if (carried !== null)
      return { member, hint, reading: carriedReading(context, label, member, carried, frame) };
    const toRead = { type: member.type, hint, label, range: member.range, frame };
    const hoisted = layout.isConformant(member.type) ? count : null;
    return { member, hint, reading: deferred ? code.body(toRead, hoisted) : code.item(toRead) };
  });
  if (fields.every(isPlain)) {
    return [["return ", braced(fields.map(({ reading, hint }) => [hint, ": ", reading.value])), ";"]];
  }
  const statements: Doc[] = [];
  for (const { member, reading, hint } of fields) {
    statements.push(...reading.declare, ...reading.before);
    let local = reading.value;
    if (reading.holds === "expression") {
      local = scope.claim(hint);
      statements.push(["const ", local, " = ", reading.value, ";"]);
    }
    if (typeof local === "string") locals.set(member.name, local);
  }
  const properties: Doc[] = [];
  for (const { member, reading, hint } of fields) {
    if (member.countOf !== null) continue;
    const local = locals.get(member.name) ?? "";
    statements.push(...reading.checks.flatMap((check) => check(local, index.isNullable(member.type))));
    const value = reading.result?.(local) ?? local;
    properties.push(value === hint ? hint : [hint, ": ", value]);
  }
  return [...statements, ["return ", braced(properties), ";"]];
}

interface Field {
  readonly member: Member;
  readonly hint: string;
  readonly reading: Reading;
}

/** Whether a member can be read within an object literal. */
function isPlain({ member, reading }: Field): boolean {
  const { before, checks, result } = reading;
  return member.countOf === null && before.length === 0 && checks.length === 0 && result === undefined;
}

/** Reads a pointer to an array whose count has to wait with it. */
function carriedReading(
  context: ModuleContext,
  label: string,
  member: Member,
  count: Member,
  frame: Frame,
): Reading {
  const pending = (): string => `${context.library("pendingCount")}(${frame.operands(count.name).text})`;
  const none = { declare: [], checks: [] };
  if (!context.index.isNullable(member.type)) {
    return { ...none, before: ["r.refPointer();"], value: "", holds: "constant", result: pending };
  }
  const check: Check = (local) => {
    const condition = comparison(local, "||", `${frame.operands(count.name).text} === 0`);
    return [run("r.check", condition, stringLiteral(`${label}: null, of size ${count.name}`))];
  };
  return {
    ...none,
    before: [],
    value: "r.pointer()",
    holds: "expression",
    checks: [check],
    result: (local) => choice(local, pending()),
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
  const access = (member: Member): string =>
    member.countOf === null ? place(member) : (counts.get(member.countOf) ?? place(member));
  const frame = new Frame(shape.label, index, shape.members, access, true);
  return shape.members.flatMap((member) => {
    if (!layout.hasPointers(member.type)) return [];
    const toRead = {
      type: member.type,
      hint: shape.names.get(member.name) ?? member.name,
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
