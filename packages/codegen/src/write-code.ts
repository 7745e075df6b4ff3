import type { ArrayType, Member, Range, StringType, StructDefinition, Type } from "@ncalrpc/idl";
import { structMembers } from "./derived-members.js";
import { block, call, type Doc, ifBlock, run } from "./doc.js";
import { atMost, comparison, equals, expressionText, idlText, operandText } from "./expression.js";
import { Frame, tagTerm, tagText } from "./frame.js";
import { hoistedCounts, rowLength } from "./hoisted-counts.js";
import { dimensions, isVarying, type Resolved } from "./model-index.js";
import type { ModuleContext } from "./module-context.js";
import { nullCheck } from "./null-check.js";
import { rangeCheck, rangeOf } from "./range-code.js";
import { memberArgument } from "./read-checks.js";
import { methodInRun, scalarLayout } from "./scalar-layout.js";
import { stringMethod } from "./string-method.js";
import { stringLiteral } from "./text.js";
import { memberNames } from "./unit-names.js";
import { UnsupportedError } from "./unsupported.js";

/** What is written: its type, its JavaScript, its name for messages, and the siblings that its expressions mean. */
export interface Written {
  readonly type: Type;
  readonly text: string;
  readonly label: string;
  /** The property that holds it, with `[]` for elements of it, for what finds values at fault; null for what is no property. */
  readonly property: string | null;
  readonly range: Range | null;
  readonly frame: Frame;
  /** [disable_consistency_check] */
  readonly lenient?: boolean;
  /** Where the value lies in a run for which room was made before. */
  readonly place?: string;
}

const itemNames = ["item", "inner", "innermost"] as const;

/** Prints statements that write values. Bodies come first and referents after them (C706 14.3.12.3). */
export class WriteCode {
  readonly #context: ModuleContext;
  readonly #depth: number;

  constructor(context: ModuleContext, depth = 0) {
    this.#context = context;
    this.#depth = depth;
  }

  /** A count or tag that is derived, in the type that it is sent in. */
  derived(count: Member, frame: Frame): string {
    const { index } = this.#context;
    const kind = index.valueKind(index.pointee(count.type));
    const union = count.switchOf === null ? null : index.union(frame.member(count.switchOf).type);
    if (union !== null && index.valueKind(union.discriminant) === kind) return frame.derivedTag(count);
    const { text } = frame.operands(count.name);
    if (kind === "boolean") return `Boolean(${text})`;
    return kind === "bigint" ? `BigInt(${text})` : text;
  }

  /** A whole top-level item, be it a parameter or what a pointer points to: counts, body, referents. */
  item(written: Written): Doc[] {
    const { index, layout } = this.#context;
    const resolved = index.resolve(written.type);
    if (resolved.kind === "pointer") {
      const target = { ...written, type: resolved.target, range: rangeOf(index, written) };
      if (resolved.pointer === "ref") return this.item(target);
      return [...this.body(written), ...this.#pointee(resolved, written)];
    }
    if (resolved.kind === "string") return this.#string(resolved, written, false);
    if (resolved.kind === "definition" && resolved.definition.kind === "hooked") {
      return [
        run(this.#context.typeName(resolved.unit.name, resolved.definition.name, "write"), "w", written.text),
      ];
    }
    const counts = layout.isConformant(written.type) ? hoistedCounts(this.#context, written) : [];
    return [
      ...counts.map((count) => run("w.count", count)),
      ...this.body(written),
      ...this.referents(written),
    ];
  }

  /** A value in place. */
  body(written: Written): Doc[] {
    const { index } = this.#context;
    const resolved = index.resolve(written.type);
    const { text } = written;
    switch (resolved.kind) {
      case "scalar": {
        const { method, type } = scalarLayout(resolved.scalar);
        return [this.#number(written, method, type)];
      }
      case "text": {
        const write = resolved.text === "sid" ? "putSid" : "putCounted";
        return [run(this.#context.library(write), "w", text)];
      }
      case "pointer":
        if (resolved.pointer === "ref") return ["w.refPointer();"];
        return [
          resolved.pointer === "ptr" ? run("w.fullPointer", text) : run("w.pointer", `${text} !== null`),
        ];
      case "system_handle": {
        const put = resolved.nullable ? "putSystemHandleOrNull" : "putSystemHandle";
        return [run(this.#context.library(put), "w", text)];
      }
      case "string":
        return this.#string(resolved, written, true);
      case "array":
        return this.#array(resolved, written);
      case "definition": {
        const { definition, unit } = resolved;
        if (definition.kind === "context_handle") return [run("w.contextHandle", text)];
        if (definition.kind === "struct" || definition.kind === "union") {
          const write = run(this.#context.typeName(unit.name, definition.name, "write"), "w", text);
          return [...this.#switchCheck(resolved, written), write];
        }
        if (definition.kind === "hooked") {
          // Counts that are hoisted and referents that are deferred would be those of the enclosing value.
          if (this.#context.layout.isDeferred(definition.wire)) {
            throw new UnsupportedError([
              `${written.label}: ${definition.name}, a converted type with pointers or an open array, within another`,
            ]);
          }
          return this.item(written);
        }
        if (definition.kind === "pipe") {
          throw new RangeError(`The model's ${written.label} has a pipe that is no parameter`);
        }
        return [this.#number(written, definition.wide ? "enum32" : "enum16", "number")];
      }
    }
  }

  /** A scalar, by itself or in a run. */
  #number(written: Written, method: string, type: string): Doc {
    const { text, place } = written;
    const range = rangeOf(this.#context.index, written);
    const value = range === null ? text : rangeCheck("w", type, text, range);
    return place === undefined ? run(`w.${method}`, value) : run(`w.${methodInRun(method)}`, place, value);
  }

  /** What the pointers in a value point to. */
  referents(written: Written): Doc[] {
    const { index, layout } = this.#context;
    if (!layout.hasPointers(written.type)) return [];
    const resolved = index.resolve(written.type);
    if (resolved.kind === "pointer") {
      const target = { ...written, type: resolved.target, range: rangeOf(index, written) };
      return resolved.pointer === "ref" ? this.item(target) : this.#pointee(resolved, written);
    }
    if (resolved.kind === "text") {
      return [run(this.#context.library("putCountedReferent"), "w", written.text)];
    }
    if (resolved.kind === "array") return this.#each(resolved, written, (code, item) => code.referents(item));
    if (resolved.kind === "definition") {
      const name = this.#context.typeName(resolved.unit.name, resolved.definition.name, "writeReferents");
      return [run(name, "w", written.text)];
    }
    return [];
  }

  /** What a pointer that may be null points to. */
  #pointee(pointer: Extract<Type, { kind: "pointer" }>, written: Written): Doc[] {
    const { index } = this.#context;
    const text = index.isBoxed(pointer) ? `${written.text}.value` : written.text;
    const target = { ...written, type: pointer.target, range: rangeOf(index, written), text };
    const isDue =
      pointer.pointer === "ptr" ? call("w.fullReferent", written.text) : `${written.text} !== null`;
    return [...nullCheck("w", index, written, written.text), ifBlock(isDue, this.item(target))];
  }

  /** A union's tag has to be what switch_is says, where values have both. */
  #switchCheck(resolved: Extract<Resolved, { kind: "definition" }>, written: Written): Doc[] {
    const { definition, switchIs } = resolved;
    if (definition.kind !== "union" || switchIs === null || written.frame.isDerived(switchIs)) return [];
    const tag = tagTerm(this.#context.index, definition, tagText(definition, written.text));
    const text = tag.operator === null ? tag.text : `(${tag.text})`;
    const condition = equals(text, switchIs, written.frame.operands);
    return [
      run(
        "w.check",
        condition,
        stringLiteral(`switch_is(${idlText(switchIs)})`),
        ...memberArgument(written.property),
      ),
    ];
  }

  #array(array: ArrayType, written: Written): Doc[] {
    const { index, layout } = this.#context;
    const { text, frame } = written;
    const typed = layout.typedArray(array);
    const statements = this.#checks(array, written);
    // The counts of further dimensions have been written, with those of the first (C706 14.3.3.5).
    const all = array.joined ? [] : dimensions(index, array);
    if (all.some(isVarying)) {
      for (const [i, dimension] of all.entries()) {
        const start = dimension.first === null ? "0" : expressionText(dimension.first, frame.operands);
        statements.push(run("w.variance", start, i === 0 ? `${text}.length` : rowLength(dimension, frame)));
      }
    }
    if (typed !== null) statements.push(run(`w.${typed.method}`, text));
    else if (layout.holdsReferences(array)) statements.push(run("w.refElements", `${text}.length`));
    else statements.push(...this.#each(array, written, (code, item) => code.body(item)));
    return statements;
  }

  #each(array: ArrayType, written: Written, write: (code: WriteCode, item: Written) => Doc[]): Doc[] {
    const name = itemNames[this.#depth] ?? `item${this.#depth}_`;
    const code = new WriteCode(this.#context, this.#depth + 1);
    const item = {
      ...written,
      type: array.element,
      text: name,
      range: null,
      label: `${written.label}[]`,
      property: written.property && `${written.property}[]`,
    };
    return [block(`for (const ${name} of ${written.text})`, write(code, item))];
  }

  /** What an array's length has to agree with. */
  #checks(array: ArrayType, written: Written): Doc[] {
    const { text, frame, property } = written;
    const length = `${text}.length`;
    const checks: Doc[] = [];
    const check = (condition: Doc, what: string) =>
      checks.push(run("w.check", condition, stringLiteral(what), ...memberArgument(property)));
    if (array.fixed !== null) {
      check(`${length} ${isVarying(array) ? "<=" : "==="} ${array.fixed}`, `[${array.fixed}]`);
    } else if (array.size !== null && !frame.isDerived(array.size)) {
      const compare = isVarying(array) ? atMost : equals;
      const end =
        array.first === null ? length : `${length} + ${operandText(array.first, "+", frame.operands)}`;
      check(compare(end, array.size, frame.operands), `size_is(${idlText(array.size)})`);
    }
    if (array.length !== null && !frame.isDerived(array.length)) {
      check(equals(length, array.length, frame.operands), `length_is(${idlText(array.length)})`);
    }
    const range = rangeOf(this.#context.index, written);
    if (range !== null) {
      check(
        comparison(`${length} >= ${range.min}`, "&&", `${length} <= ${range.max}`),
        `range(${range.min}, ${range.max})`,
      );
    }
    return checks;
  }

  #string(string: StringType, written: Written, hoisted: boolean): Doc[] {
    const { text, frame, property } = written;
    const units = `${text}.length + 1`;
    const checks: Doc[] = [];
    const range = rangeOf(this.#context.index, written);
    if (range !== null) {
      const condition = comparison(`${units} >= ${range.min}`, "&&", `${units} <= ${range.max}`);
      checks.push(
        run(
          "w.check",
          condition,
          stringLiteral(`range(${range.min}, ${range.max})`),
          ...memberArgument(property),
        ),
      );
    }
    const inPlace = string.fixed !== null || hoisted;
    if (inPlace) {
      const bound = string.fixed === null ? units : String(string.fixed);
      return [...checks, run(`w.${stringMethod(string, "fixed")}`, text, bound)];
    }
    const capacity = string.size === null ? [] : [expressionText(string.size, frame.operands)];
    return [...checks, run(`w.${stringMethod(string)}`, text, ...capacity)];
  }
}

/** The members of a struct whose value is `text`. */
export function structFrame(context: ModuleContext, struct: StructDefinition, text: string): Frame {
  const members = structMembers(context.index, struct);
  const names = memberNames(members);
  return new Frame(struct.name, context.index, members, (member) => `${text}.${names.get(member.name)}`);
}
