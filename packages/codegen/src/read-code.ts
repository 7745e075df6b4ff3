import type { Expression, Type, Unit } from "@ncalrpc/idl";
import { structMembers } from "./derived-members.js";
import { call, type Doc, run } from "./doc.js";
import { isOneRun } from "./fixed-run.js";
import { tagTerm, tagText } from "./frame.js";
import type { HookedDefinition, Resolved } from "./model-index.js";
import type { ModuleContext } from "./module-context.js";
import type { Scope } from "./names.js";
import { rangeCheck, rangeOf } from "./range-code.js";
import { ReadArray } from "./read-array.js";
import { checkEqual, wherePresent } from "./read-checks.js";
import { maxCounts } from "./read-dimensions.js";
import { ReadPointer } from "./read-pointer.js";
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
    const { after = [], ...reading } = this.parts(toRead, inBlock);
    return { ...reading, before: [...reading.before, ...after] };
  }

  /** The same, with what follows it in `after`. */
  parts(given: ToRead, inBlock: boolean): Reading {
    return this.#toldApart(given, (toRead) => this.#itemParts(toRead, inBlock));
  }

  #itemParts(toRead: ToRead, inBlock: boolean): Reading {
    const { index, layout } = this.#context;
    const resolved = index.resolve(toRead.type);
    if (resolved.kind === "pointer") {
      const target = { ...toRead, type: resolved.target, range: rangeOf(index, toRead) };
      if (resolved.pointer === "ref") return this.parts(target, inBlock);
      if (resolved.pointer === "ptr")
        return this.#pointers().full(resolved, target, `${told(toRead)}.fullPointer()`);
      return this.#pointers().optional(target, toRead.type);
    }
    if (resolved.kind === "string")
      return readString(this.#context, this.#locals, resolved, toRead, null, inBlock);
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
        return readString(this.#context, this.#locals, resolved, toRead, count, false);
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

  /** A union's tag has to be what switch_is says. */
  #switchChecks(resolved: Extract<Resolved, { kind: "definition" }>, toRead: ToRead): Check[] {
    const { definition, switchIs } = resolved;
    if (definition.kind !== "union" || switchIs === null) return [];
    const compare = (text: string, expected: Expression): Doc[] => {
      const tag = tagTerm(this.#context.index, definition, tagText(definition, text));
      return checkEqual(toRead, tag.text, expected, "switch_is");
    };
    return [(text, isNullable) => wherePresent(text, isNullable, compare(text, switchIs))];
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

  /** As `ReadPointer.pointee`. */
  pointee(...args: Parameters<ReadPointer["pointee"]>): Doc[] {
    return this.#pointers().pointee(...args);
  }

  #pointers(): ReadPointer {
    return new ReadPointer(this.#context, this.#locals, this);
  }

  #arrays(): ReadArray {
    const deeper = new ReadCode(this.#context, this.#locals, this.#depth + 1);
    return new ReadArray(this.#context, this.#locals, this.#depth, deeper);
  }
}
