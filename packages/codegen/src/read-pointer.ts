import type { Type } from "@ncalrpc/idl";
import { block, call, type Doc, ifBlock } from "./doc.js";
import type { ModuleContext } from "./module-context.js";
import type { Scope } from "./names.js";
import { nullCheck } from "./null-check.js";
import { rangeOf } from "./range-code.js";
import type { ReadCode } from "./read-code.js";
import { type Check, choice, type LateCheck, type Reading, readingOf, type ToRead, told } from "./reading.js";
import { stringLiteral } from "./text.js";

/** Prints code that reads what pointers point to, for a `ReadCode` that reads the values. */
export class ReadPointer {
  readonly #context: ModuleContext;
  readonly #locals: Scope;
  readonly #code: ReadCode;

  constructor(context: ModuleContext, locals: Scope, code: ReadCode) {
    this.#context = context;
    this.#locals = locals;
    this.#code = code;
  }

  /**
   * The referent of an embedded pointer, put in the pointer's place `text`. `count` names the local for the count that is
   * kept in that place until then, if the value does not have it. With `late`, the checks of the referent are put there, for
   * when all that they name has been read.
   */
  pointee(toRead: ToRead, text: string, count: string | null = null, late: LateCheck[] | null = null): Doc[] {
    const { index } = this.#context;
    const resolved = index.resolve(toRead.type);
    if (resolved.kind === "text" && resolved.text === "unicodeString") {
      const place = text.endsWith("]") ? `${text} ?? null` : text;
      const value = call(this.#context.library("takeCountedReferent"), told(toRead), place);
      return [[text, " = ", value, ";"]];
    }
    if (resolved.kind !== "pointer") return [];
    const target: ToRead = { ...toRead, type: resolved.target, range: rangeOf(index, toRead) };
    if (resolved.pointer === "ptr") {
      const full = this.full(resolved, target, text.endsWith("]") ? `${text} ?? null` : text);
      return [...full.before, [text, " = ", full.value, ";"], ...nullCheck("r", index, toRead, text)];
    }
    const isNullable = resolved.pointer !== "ref";
    const reading = this.#code.item(target, late !== null && isNullable);
    const boxed = index.isBoxed(resolved);
    const { local } = toRead;
    const checks: Doc[] = [];
    const isTargetNullable = index.isNullable(resolved.target);
    if (late === null) checks.push(...reading.checks.flatMap((check) => check(local, isTargetNullable)));
    else {
      const value = boxed ? `${text}?.value` : text;
      late.push(...reading.checks.map((check) => () => check(value, isNullable || isTargetNullable)));
    }
    const isHeld = checks.length > 0 && reading.holds === "expression";
    const read = isHeld ? local : reading.value;
    const declare = [...reading.declare];
    const carried: Doc[] = [];
    if (count !== null) {
      const value = `${count} = ${this.#context.library("countOfPending")}(${text});`;
      if (late !== null) declare.push(`let ${count} = 0;`);
      carried.push(late === null ? `const ${value}` : value);
    }
    const statements: Doc[] = [
      ...carried,
      ...(late === null ? declare : []),
      ...reading.before,
      ...(isHeld ? [["const ", local, " = ", reading.value, ";"]] : []),
      ...checks,
      [text, " = ", boxed ? ["{ value: ", read, " }"] : read, ";"],
    ];
    const outside = late === null ? [] : declare;
    if (!isNullable) return [...outside, ...statements];
    return [...outside, ifBlock(`${text} !== null`, statements), ...nullCheck("r", index, toRead, text)];
  }

  /** A full pointer whose id is at `place`: functions that read the referent where it has not been read yet. */
  full(pointer: Extract<Type, { kind: "pointer" }>, target: ToRead, place: string): Reading {
    const { index } = this.#context;
    const type = this.#context.typeText(target.type);
    const boxed = index.isBoxed(pointer);
    const held = boxed ? `{ value: ${type} }` : type;
    const local = this.#locals.claim(`${target.local}Value`);
    const parts = this.#code.parts({ ...target, local }, false);
    const { after = [] } = parts;
    const isHeld = parts.checks.length > 0 && parts.holds === "expression";
    const value: Doc = isHeld ? local : parts.value;
    const statements: Doc[] = [
      ...parts.declare,
      ...parts.before,
      ...(boxed ? after : []),
      ...(isHeld ? [["const ", local, " = ", parts.value, ";"]] : []),
      ...parts.checks.flatMap((check) => check(local, index.isNullable(target.type))),
      ["return ", boxed ? ["{ value: ", value, " }"] : value, ";"],
    ];
    const read = this.#locals.claim(`${target.local}Read`);
    const before: Doc[] = [block(`const ${read} = (): ${held} =>`, statements), ";"];
    const args = [place, stringLiteral(held), read];
    const functions: Doc[] = [before];
    if (!boxed && after.length > 0) {
      const readReferents = this.#locals.claim(`${target.local}Referents`);
      functions.push([block(`const ${readReferents} = (${local}: ${type}): void =>`, after), ";"]);
      args.push(readReferents);
    }
    return { ...readingOf(call("r.fullReferent", ...args)), before: functions };
  }

  /** A top-level pointer that may be null, and what it points to. */
  optional(target: ToRead, type: Type): Reading {
    const { index } = this.#context;
    const boxed = index.isBoxed({ kind: "pointer", pointer: "unique", target: target.type });
    const box = (value: Doc): Doc => (boxed ? ["{ value: ", value, " }"] : value);
    const local = this.#locals.claim(`${target.local}Value`);
    const inner = this.#code.item({ ...target, local, isTold: true }, true);
    const present = `${told(target)}.pointer()`;
    const checks = inner.checks.map(
      (check): Check =>
        (text) =>
          check(boxed ? `${text}?.value` : text, true),
    );
    if (inner.before.length === 0) {
      return { ...inner, value: choice(present, box(inner.value)), checks };
    }
    return {
      declare: inner.declare,
      before: [
        `let ${target.local}: ${this.#context.typeText(type)} = null;`,
        ifBlock(present, [...inner.before, [target.local, " = ", box(inner.value), ";"]]),
      ],
      value: target.local,
      holds: "local",
      checks,
    };
  }
}
