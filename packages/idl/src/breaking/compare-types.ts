import type { BareType, Definitions } from "../describe/definitions.js";
import { rangeText, typeText } from "../describe/type-text.js";
import type {
  ArrayType,
  Expression,
  Member,
  Range,
  Scalar,
  StringType,
  StructDefinition,
  Type,
} from "../model.js";
import type { Findings } from "./breaking-finding.js";
import type { BreakingRuleId } from "./breaking-rules.js";
import { compareLabels } from "./compare-names.js";
import { compareUnions } from "./compare-unions.js";

/** Which way a value goes: who sends it, and so whom a change hurts. */
export interface Directions {
  readonly toServer: boolean;
  readonly toClient: boolean;
}

/** Names that expressions can use, in order. */
export interface Siblings {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

interface Ranged {
  readonly type: Type;
  readonly range: Range | null;
}

const NO_SIBLINGS: Siblings = { before: [], after: [] };

/** Compares what is sent of two versions of one interface, however its types are called. */
export class TypeComparison {
  readonly definitions: { readonly before: Definitions; readonly after: Definitions };
  readonly minorRaised: boolean;
  readonly #findings: Findings;
  readonly #file: string;
  /** Pairs of definitions that are compared, or being compared, by direction. */
  readonly #seen = new Set<string>();

  constructor(
    definitions: { readonly before: Definitions; readonly after: Definitions },
    findings: Findings,
    file: string,
    minorRaised: boolean,
  ) {
    this.definitions = definitions;
    this.minorRaised = minorRaised;
    this.#findings = findings;
    this.#file = file;
  }

  report(rule: BreakingRuleId, where: string, message: string): void {
    this.#findings.add(rule, this.#file, where, message);
  }

  /** Members or parameters whose names are compared already. */
  compareFields(
    where: string,
    before: Member,
    after: Member,
    directions: Directions,
    siblings: Siblings,
  ): void {
    for (const key of ["countOf", "switchOf"] as const) {
      if ((before[key] === null) !== (after[key] === null))
        this.report(
          "signature-changed",
          where,
          after[key] === null ? "its value is not derived any more" : "its value is derived now",
        );
    }
    if (before.ignore !== after.ignore)
      this.report("type-changed", where, `[ignore] was ${before.ignore ? "removed" : "added"}`);
    this.compare(where, before, after, directions, siblings);
  }

  compare(where: string, before: Ranged, after: Ranged, directions: Directions, siblings: Siblings): void {
    const old = this.definitions.before.resolve(before.type, before.range);
    const now = this.definitions.after.resolve(after.type, after.range);
    this.#compareSwitch(where, before.type, after.type, siblings);
    if (this.#compareBare(where, old.type, now.type, directions, siblings))
      this.#compareRanges(where, old.range, now.range, directions);
    else this.report("type-changed", where, `was ${typeText(before.type)}, is ${typeText(after.type)}`);
  }

  /** False if the types are so different that there is nothing to say but that. */
  #compareBare(
    where: string,
    before: BareType,
    after: BareType,
    directions: Directions,
    siblings: Siblings,
  ): boolean {
    if (before.kind === "scalar" && after.kind === "scalar")
      return onWire(before.scalar) === onWire(after.scalar);
    if (before.kind === "pointer" && after.kind === "pointer") {
      if (before.pointer !== after.pointer)
        this.report(
          "pointer-changed",
          where,
          `was a ${before.pointer} pointer, is a ${after.pointer} pointer`,
        );
      this.compare(
        where,
        { type: before.target, range: null },
        { type: after.target, range: null },
        directions,
        siblings,
      );
      return true;
    }
    if (before.kind === "array" && after.kind === "array") {
      this.#compareExtents(where, before, after, siblings);
      this.compare(
        `${where}[]`,
        { type: before.element, range: null },
        { type: after.element, range: null },
        directions,
        siblings,
      );
      return true;
    }
    if (before.kind === "string" && after.kind === "string") {
      if (before.unit !== after.unit) return false;
      this.#compareExtents(where, before, after, siblings);
      return true;
    }
    if (before.kind === "system_handle" && after.kind === "system_handle")
      return before.handle === after.handle && before.nullable === after.nullable;
    if (before.kind !== "definition" || after.kind !== "definition") return false;
    return this.#compareDefinitions(where, before, after, directions);
  }

  #compareDefinitions(
    where: string,
    before: Extract<BareType, { kind: "definition" }>,
    after: Extract<BareType, { kind: "definition" }>,
    directions: Directions,
  ): boolean {
    const old = before.definition;
    const now = after.definition;
    if (old.kind !== now.kind) return false;
    const pair = [before.unit, old.name, after.unit, now.name, directions.toServer, directions.toClient].join(
      "\n",
    );
    if (this.#seen.has(pair)) return true;
    this.#seen.add(pair);
    if (old.kind === "struct" && now.kind === "struct") this.#compareStructs(where, old, now, directions);
    if (old.kind === "union" && now.kind === "union") compareUnions(this, where, old, now, directions);
    if (old.kind === "pipe" && now.kind === "pipe")
      this.compare(
        `${where}[]`,
        { type: old.element, range: old.range },
        { type: now.element, range: now.range },
        directions,
        NO_SIBLINGS,
      );
    if (old.kind === "enum" && now.kind === "enum") {
      if (old.wide !== now.wide)
        this.report(
          "enum-width-changed",
          where,
          `was ${old.wide ? 32 : 16} bits, is ${now.wide ? 32 : 16} bits`,
        );
      // Labels of an enum that kept its name are compared with the other names.
      if (old.name !== now.name) compareLabels(where, this.#file, old, now, this.#findings);
    }
    return true;
  }

  #compareStructs(
    where: string,
    before: StructDefinition,
    after: StructDefinition,
    directions: Directions,
  ): void {
    const siblings = {
      before: before.members.map(({ name }) => name),
      after: after.members.map(({ name }) => name),
    };
    const count = Math.max(before.members.length, after.members.length);
    for (let index = 0; index < count; index += 1) {
      const old = before.members[index];
      const now = after.members[index];
      if (old === undefined) {
        if (now !== undefined)
          this.report("member-added", where, `${after.name} has a new member ${now.name}`);
      } else if (now === undefined)
        this.report("member-removed", where, `member ${old.name} of ${before.name} is gone`);
      else {
        const at = `${where}.${old.name}`;
        if (old.name !== now.name)
          this.report("member-renamed", at, `member ${old.name} of ${before.name} is called ${now.name} now`);
        this.compareFields(at, old, now, directions, siblings);
      }
    }
  }

  #compareSwitch(where: string, before: Type, after: Type, siblings: Siblings): void {
    if (before.kind !== "union" || after.kind !== "union") return;
    if (byPosition(before.switchIs, siblings.before) !== byPosition(after.switchIs, siblings.after))
      this.report("union-changed", where, `was ${typeText(before)}, is ${typeText(after)}`);
  }

  #compareExtents(
    where: string,
    before: ArrayType | StringType,
    after: ArrayType | StringType,
    siblings: Siblings,
  ): void {
    if (extentKey(before, siblings.before) !== extentKey(after, siblings.after))
      this.report("extent-changed", where, `was ${typeText(before)}, is ${typeText(after)}`);
  }

  /** Receivers check ranges, so each way counts for the other side's version. */
  #compareRanges(
    where: string,
    before: Range | null,
    after: Range | null,
    { toServer, toClient }: Directions,
  ): void {
    const isNarrowed =
      after !== null && (before === null || below(before.min, after.min) || below(after.max, before.max));
    const isWidened =
      before !== null && (after === null || below(after.min, before.min) || below(before.max, after.max));
    const text = (range: Range | null) => (range === null ? "no range" : rangeText(range));
    const message = `was ${text(before)}, is ${text(after)}`;
    // New servers refuse what old clients send; new clients refuse what old servers send, unless these refuse them first.
    if (isNarrowed && (toServer || !this.minorRaised)) this.report("range-narrowed", where, message);
    if (isWidened && (toClient || !this.minorRaised)) this.report("range-widened", where, message);
  }
}

function below(a: string, b: string): boolean {
  return BigInt(a) < BigInt(b);
}

/** What has the same bits and the same meaning. */
function onWire(scalar: Scalar): string {
  if (scalar === "byte") return "uint8";
  return scalar === "error_status_t" ? "uint32" : scalar;
}

function extentKey(type: ArrayType | StringType, siblings: readonly string[]): string {
  const at = (expression: Expression | null) => (expression === null ? "" : byPosition(expression, siblings));
  if (type.kind === "string") return [type.fixed, at(type.size)].join("|");
  return [type.fixed, at(type.size), at(type.length), at(type.first), type.joined].join("|");
}

/** An expression in which names are places: renaming what it uses changes nothing. */
function byPosition(expression: Expression, siblings: readonly string[]): string {
  return JSON.stringify(expression, (key, value: unknown) =>
    key === "name" && typeof value === "string" ? siblings.indexOf(value) : value,
  );
}
