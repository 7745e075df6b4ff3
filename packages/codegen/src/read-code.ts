import type { Expression, Type, Unit } from "@ncalrpc/idl";
import { block, call, type Doc, ifBlock, run } from "./doc.js";
import { isOneRun } from "./fixed-run.js";
import { tagTerm, tagText } from "./frame.js";
import { type HookedDefinition, type Resolved, structMembers } from "./model-index.js";
import type { ModuleContext } from "./module-context.js";
import type { Scope } from "./names.js";
import { nullCheck } from "./null-check.js";
import { rangeCheck, rangeOf } from "./range-code.js";
import { ReadArray } from "./read-array.js";
import { checkEqual } from "./read-checks.js";
import { maxCounts } from "./read-dimensions.js";
import { readString } from "./read-string.js";
import {
  type Check,
  choice,
  isLongLabel,
  type Reading,
  readingOf,
  type ToRead,
  told,
  toldDown,
} from "./reading.js";
import { methodInRun, scalarLayout } from "./scalar-layout.js";
import { stringLiteral } from "./text.js";
import type { WellKnownText } from "./well-known.js";

/** Prints code that reads values, the mirror of `WriteCode`. */
export class ReadCode {
  readonly #context: ModuleContext;
  readonly #locals: Scope;
  readonly #depth: number;

  constructor(context: ModuleContext, locals: Scope, depth = 0) {
    this.#context = context;
    this.#locals = locals;
    this.#depth = depth;
  }

  /** A whole top-level item: counts, body, referents. `inBlock` if its statements will stand in a block of their own. */
  item(toRead: ToRead, inBlock = false): Reading {
    const { after = [], ...reading } = this.#parts(toRead, inBlock);
    return { ...reading, before: [...reading.before, ...after] };
  }

  #parts(given: ToRead, inBlock: boolean): Reading {
    return this.#toldApart(given, (toRead) => this.#itemParts(toRead, inBlock));
  }

  #itemParts(toRead: ToRead, inBlock: boolean): Reading {
    const { index, layout } = this.#context;
    const resolved = index.resolve(toRead.type);
    if (resolved.kind === "pointer") {
      const target = { ...toRead, type: resolved.target, range: rangeOf(index, toRead) };
      if (resolved.pointer === "ref") return this.#parts(target, inBlock);
      if (resolved.pointer === "ptr") return this.#full(resolved, target, `${told(toRead)}.fullPointer()`);
      return this.#optional(target, toRead.type);
    }
    if (resolved.kind === "string") return readString(this.#context, this.#locals, resolved, toRead, null);
    if (resolved.kind === "definition" && resolved.definition.kind === "hooked") {
      return readingOf(this.#hooked(toRead, resolved.unit, resolved.definition));
    }
    if (resolved.kind === "text" && resolved.text === "unicodeString") {
      const place = this.#text(resolved.text, told(toRead), null);
      return readingOf(call(this.#context.library("takeCountedReferent"), "r", place));
    }
    if (resolved.kind === "array") return this.#arrays().read(resolved, toRead, null, inBlock, true);
    const count = layout.isConformant(toRead.type) ? this.#hoisted(toRead.type) : null;
    if (!layout.hasPointers(toRead.type)) return this.body(toRead, count);
    const composite = this.#composite(toRead, count);
    const { local } = toRead;
    return {
      ...composite.reading,
      before: [["const ", local, " = ", composite.reading.value, ";"]],
      value: local,
      holds: "local",
      after: [run(this.#referentsReader(toRead.type), "r", local), ...(composite.isDown ? ["r.up();"] : [])],
    };
  }

  /** A value in place; `count` is the max count that was hoisted in front of it, if it has one. */
  body(given: ToRead, count: Doc | null): Reading {
    return this.#toldApart(given, (toRead) => this.#bodyOf(toRead, count));
  }

  /** Tells a long label by a statement of its own, unless it is told by `r.down`. */
  #toldApart(toRead: ToRead, read: (toRead: ToRead) => Reading): Reading {
    const resolved = this.#context.index.resolve(toRead.type);
    const kind = resolved.kind === "definition" ? resolved.definition.kind : resolved.kind;
    if (kind === "array" || kind === "struct" || kind === "union" || !isLongLabel(toRead))
      return read(toRead);
    const reading = read({ ...toRead, isTold: true });
    return { ...reading, before: [`${told(toRead)};`, ...reading.before] };
  }

  #bodyOf(toRead: ToRead, count: Doc | null): Reading {
    const { index } = this.#context;
    const resolved = index.resolve(toRead.type);
    switch (resolved.kind) {
      case "scalar": {
        const { method, type } = scalarLayout(resolved.scalar);
        return this.#number(toRead, method, type);
      }
      case "text":
        return readingOf(this.#text(resolved.text, told(toRead), count));
      case "pointer": {
        if (resolved.pointer === "ptr") return readingOf(`${told(toRead)}.fullPointer()`);
        const pending = this.#context.library("pending");
        if (resolved.pointer === "ref") {
          return { ...readingOf(pending, "constant"), before: [`${told(toRead)}.refPointer();`] };
        }
        return readingOf(choice(`${told(toRead)}.pointer()`, pending));
      }
      case "system_handle": {
        const take = resolved.nullable ? "takeSystemHandleOrNull" : "takeSystemHandle";
        const word = stringLiteral(resolved.handle);
        return readingOf(call(this.#context.library(take), told(toRead), word));
      }
      case "string":
        return readString(this.#context, this.#locals, resolved, toRead, count ?? "");
      case "array":
        return this.#arrays().read(resolved, toRead, count, false, false);
      case "definition": {
        const { definition, unit } = resolved;
        if (definition.kind === "context_handle") return readingOf(`${told(toRead)}.contextHandle()`);
        if (definition.kind === "struct" || definition.kind === "union") {
          const { reading, isDown } = this.#composite(toRead, count);
          return isDown ? { ...reading, value: call("r.up", reading.value) } : reading;
        }
        if (definition.kind === "hooked") return readingOf(this.#hooked(toRead, unit, definition));
        if (definition.kind === "pipe") {
          throw new RangeError(`The model's ${toRead.label} has a pipe that is no parameter`);
        }
        return this.#number(toRead, definition.wide ? "enum32" : "enum16", "number");
      }
    }
  }

  /** A well-known text, or of a counted string its place. */
  #text(text: WellKnownText, reader: string, count: Doc | null): Doc {
    if (text === "unicodeString") return call(this.#context.library("takeCounted"), reader);
    return call(this.#context.library("takeSid"), reader, count ?? "0");
  }

  #hooked(toRead: ToRead, unit: Unit, { name }: HookedDefinition): Doc {
    return call(this.#context.typeName(unit.name, name, "read"), told(toRead));
  }

  /** A scalar, by itself or in a run. */
  #number(toRead: ToRead, method: string, type: string): Reading {
    const { place } = toRead;
    const range = rangeOf(this.#context.index, toRead);
    const value = (reader: string): Doc =>
      place === undefined ? `${reader}.${method}()` : `${reader}.${methodInRun(method)}(${place})`;
    if (range !== null) return readingOf(rangeCheck(told(toRead), type, value("r"), range));
    return readingOf(value(place === undefined ? told(toRead) : "r"));
  }

  /** The call that reads the body of a struct or union; `isDown` if `r.up` has to follow. */
  #composite(toRead: ToRead, count: Doc | null): { readonly reading: Reading; readonly isDown: boolean } {
    const { index, layout } = this.#context;
    const resolved = index.resolve(toRead.type);
    if (resolved.kind !== "definition")
      throw new RangeError(`The model's ${toRead.label} is no struct or union`);
    const { definition, unit } = resolved;
    const isPlain = definition.kind === "struct" && isOneRun(layout, index, structMembers(index, definition));
    const isDown = toRead.element === undefined && !isPlain;
    const reader = isDown ? toldDown(toRead) : told(toRead);
    const read = this.#context.typeName(unit.name, definition.name, "read");
    const reading = readingOf(call(read, reader, ...(count === null ? [] : [count])));
    return { reading: { ...reading, checks: this.#switchChecks(resolved, toRead) }, isDown };
  }

  #referentsReader(type: Type): string {
    const resolved = this.#context.index.resolve(type);
    if (resolved.kind !== "definition")
      throw new RangeError("The model has referents of what is no struct or union");
    return this.#context.typeName(resolved.unit.name, resolved.definition.name, "readReferents");
  }

  /** What the pointers in a value point to; `text` is where the value is, with `pending` for each. */
  referents(toRead: ToRead, text: string): Doc[] {
    const { index, layout } = this.#context;
    if (!layout.hasPointers(toRead.type)) return [];
    const resolved = index.resolve(toRead.type);
    if (resolved.kind === "pointer" || resolved.kind === "text") return this.pointee(toRead, text);
    if (resolved.kind === "definition") {
      const read = this.#referentsReader(toRead.type);
      if (toRead.element !== undefined) return [run(read, told(toRead), text)];
      return [run(read, toldDown(toRead), text), "r.up();"];
    }
    if (resolved.kind !== "array") return [];
    return [`${toldDown(toRead)};`, ...this.#arrays().elementReferents(resolved, toRead, text), "r.up();"];
  }

  /**
   * The referent of an embedded pointer, put in the pointer's place `text`. `count` names the local for the count that is
   * kept in that place until then, if the value does not have it.
   */
  pointee(toRead: ToRead, text: string, count: string | null = null): Doc[] {
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
      const full = this.#full(resolved, target, text.endsWith("]") ? `${text} ?? null` : text);
      return [...full.before, [text, " = ", full.value, ";"], ...nullCheck("r", index, toRead, text)];
    }
    const reading = this.item(target);
    const boxed = index.isBoxed(resolved);
    const { local } = toRead;
    const checks = reading.checks.flatMap((check) => check(local, index.isNullable(resolved.target)));
    const isHeld = checks.length > 0 && reading.holds === "expression";
    const read = isHeld ? local : reading.value;
    const statements: Doc[] = [
      ...(count === null ? [] : [`const ${count} = ${this.#context.library("countOfPending")}(${text});`]),
      ...reading.declare,
      ...reading.before,
      ...(isHeld ? [["const ", local, " = ", reading.value, ";"]] : []),
      ...checks,
      [text, " = ", boxed ? ["{ value: ", read, " }"] : read, ";"],
    ];
    if (resolved.pointer === "ref") return statements;
    return [ifBlock(`${text} !== null`, statements), ...nullCheck("r", index, toRead, text)];
  }

  /** A full pointer whose id is at `place`: functions that read the referent where it has not been read yet. */
  #full(pointer: Extract<Type, { kind: "pointer" }>, target: ToRead, place: string): Reading {
    const { index } = this.#context;
    const type = this.#context.typeText(target.type);
    const boxed = index.isBoxed(pointer);
    const held = boxed ? `{ value: ${type} }` : type;
    const local = this.#locals.claim(`${target.local}Value`);
    const parts = this.#parts({ ...target, local }, false);
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

  /** A union's tag has to be what switch_is says. */
  #switchChecks(resolved: Extract<Resolved, { kind: "definition" }>, toRead: ToRead): Check[] {
    const { definition, switchIs } = resolved;
    if (definition.kind !== "union" || switchIs === null) return [];
    const compare = (text: string, expected: Expression): Doc[] => {
      const tag = tagTerm(this.#context.index, definition, tagText(definition, text));
      return checkEqual(toRead, tag.text, expected, "switch_is");
    };
    return [
      (text, isNullable) => {
        const checks = compare(text, switchIs);
        return isNullable && checks.length > 0 ? [ifBlock(`${text} !== null`, checks)] : checks;
      },
    ];
  }

  #optional(target: ToRead, type: Type): Reading {
    const { index } = this.#context;
    const boxed = index.isBoxed({ kind: "pointer", pointer: "unique", target: target.type });
    const box = (value: Doc): Doc => (boxed ? ["{ value: ", value, " }"] : value);
    const local = this.#locals.claim(`${target.local}Value`);
    const inner = this.item({ ...target, local, isTold: true }, true);
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

  /** The max counts that are hoisted in front of a struct. */
  #hoisted(type: Type): Doc {
    const { index } = this.#context;
    const last = index.struct(type)?.members.at(-1);
    if (last !== undefined) return this.#hoisted(last.type);
    const resolved = index.resolve(type);
    if (resolved.kind === "text") return "r.count(4)";
    return resolved.kind === "array" ? maxCounts(this.#context, resolved, "r") : "r.count(0)";
  }

  #arrays(): ReadArray {
    const deeper = new ReadCode(this.#context, this.#locals, this.#depth + 1);
    return new ReadArray(this.#context, this.#locals, this.#depth, deeper);
  }
}
