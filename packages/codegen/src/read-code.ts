import type { ArrayType, Expression, PipeDefinition, Range, StringType, Type } from "@ncalrpc/idl";
import { block, call, type Doc, group, ifBlock, indent, line, list, run, softline } from "./doc.js";
import { atMost, comparison, equals, idlText } from "./expression.js";
import { type Frame, tagTerm, tagText } from "./frame.js";
import { chunkType, isVarying, type Resolved } from "./model-index.js";
import type { ModuleContext } from "./module-context.js";
import type { Scope } from "./names.js";
import { nullCheck } from "./null-check.js";
import { rangeCheck, rangeOf } from "./range-code.js";
import { scalarLayout } from "./scalar-layout.js";
import { stringLiteral } from "./text.js";

/** What is to be read. */
export interface ToRead {
  readonly type: Type;
  /** The local variable for the value, if one is needed; claimed by whoever asks for the code. */
  readonly local: string;
  readonly label: string;
  readonly range: Range | null;
  readonly frame: Frame;
  /** [disable_consistency_check] */
  readonly lenient?: boolean;
  /** The locals that hold the max counts of further open dimensions. */
  readonly joined?: readonly string[];
}

/** Code that reads a value. */
export interface Reading {
  /** Statements that come first. */
  readonly before: readonly Doc[];
  /** Local variables that the statements need declared outside any block. */
  readonly declare: readonly Doc[];
  readonly value: Doc;
  /** Whether `value` is to be evaluated once, names a local that `before` declares, or is always the same. */
  readonly holds: "expression" | "local" | "constant";
  /** What becomes of the value once all is read, where it is not the value itself. */
  readonly result?: () => Doc;
  /** Conditions on the value, for when all that they name has been read. */
  readonly checks: readonly Check[];
  /** Of a top-level item, statements that read what it points to; they follow `before`. */
  readonly after?: readonly Doc[];
}

/** Conditions on a value that code reaches as `text`; `isNullable` if it may be null there. */
export type Check = (text: string, isNullable: boolean) => Doc[];

const indexNames = ["i", "j", "k"] as const;
const itemNames = ["item", "inner", "innermost"] as const;

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

  #parts(toRead: ToRead, inBlock: boolean): Reading {
    const { index, layout } = this.#context;
    const resolved = index.resolve(toRead.type);
    if (resolved.kind === "pointer") {
      const target = { ...toRead, type: resolved.target, range: rangeOf(index, toRead) };
      if (resolved.pointer === "ref") return this.#parts(target, inBlock);
      if (resolved.pointer === "ptr") return this.#full(resolved, target, "r.fullPointer()");
      return this.#optional(target, toRead.type);
    }
    if (resolved.kind === "string") return this.#string(resolved, toRead, null);
    if (resolved.kind === "array") return this.#array(resolved, toRead, null, inBlock, true);
    if (resolved.kind === "definition" && resolved.definition.kind === "pipe") {
      return this.#pipe(resolved.definition, toRead);
    }
    const count = layout.isConformant(toRead.type)
      ? call("r.count", ...this.#countArguments(toRead.type))
      : null;
    const body = this.body(toRead, count);
    if (!layout.hasPointers(toRead.type)) return body;
    const { local } = toRead;
    return {
      ...body,
      before: [["const ", local, " = ", body.value, ";"]],
      value: local,
      holds: "local",
      after: this.referents(toRead, local),
    };
  }

  /** A value in place; `count` is the max count that was hoisted in front of it, if it has one. */
  body(toRead: ToRead, count: Doc | null): Reading {
    const { index } = this.#context;
    const resolved = index.resolve(toRead.type);
    const plain = (value: Doc): Reading => ({
      before: [],
      declare: [],
      value,
      holds: "expression",
      checks: [],
    });
    switch (resolved.kind) {
      case "scalar": {
        const range = rangeOf(index, toRead);
        const { method, type } = scalarLayout(resolved.scalar);
        return plain(range === null ? `r.${method}()` : rangeCheck("r", type, `r.${method}()`, range));
      }
      case "pointer": {
        if (resolved.pointer === "ptr") return plain("r.fullPointer()");
        const pending = this.#context.library("pending");
        if (resolved.pointer === "ref") {
          return { ...plain(pending), before: ["r.refPointer();"], holds: "constant" };
        }
        return plain(choice("r.pointer()", pending));
      }
      case "string":
        return this.#string(resolved, toRead, count ?? "");
      case "array":
        return this.#array(resolved, toRead, count, false, false);
      case "definition": {
        const { definition, unit } = resolved;
        if (definition.kind === "context_handle") return plain("r.contextHandle()");
        if (definition.kind === "struct" || definition.kind === "union") {
          const read = this.#context.typeName(unit.name, definition.name, "read");
          const reading = plain(call(read, "r", ...(count === null ? [] : [count])));
          return { ...reading, checks: this.#switchChecks(resolved, toRead) };
        }
        if (definition.kind === "pipe") {
          throw new RangeError(`The model's ${toRead.label} has a pipe that is no parameter`);
        }
        const method = definition.wide ? "r.enum32()" : "r.enum16()";
        const range = rangeOf(index, toRead);
        return plain(range === null ? method : rangeCheck("r", "number", method, range));
      }
    }
  }

  /** What the pointers in a value point to; `text` is where the value is, with `pending` for each. */
  referents(toRead: ToRead, text: string): Doc[] {
    const { index, layout } = this.#context;
    if (!layout.hasPointers(toRead.type)) return [];
    const resolved = index.resolve(toRead.type);
    if (resolved.kind === "pointer") return this.pointee(toRead, text);
    if (resolved.kind === "definition") {
      const name = this.#context.typeName(resolved.unit.name, resolved.definition.name, "readReferents");
      return [run(name, "r", text)];
    }
    if (resolved.kind !== "array") return [];
    const deeper = this.#deeper();
    const element: ToRead = { ...toRead, type: resolved.element, range: null, label: `${toRead.label}[]` };
    if (index.resolve(resolved.element).kind !== "pointer") {
      const item = itemNames[this.#depth] ?? `item${this.#depth}_`;
      return [block(`for (const ${item} of ${text})`, deeper.referents({ ...element, local: item }, item))];
    }
    const i = indexNames[this.#depth] ?? `i${this.#depth}_`;
    const head = `for (let ${i} = 0; ${i} < ${text}.length; ${i}++)`;
    return [
      block(head, deeper.pointee({ ...element, local: `element${this.#depth || ""}` }, `${text}[${i}]`)),
    ];
  }

  /**
   * The referent of an embedded pointer, put in the pointer's place `text`. `count` names the local for the count that is
   * kept in that place until then, if the value does not have it.
   */
  pointee(toRead: ToRead, text: string, count: string | null = null): Doc[] {
    const { index } = this.#context;
    const resolved = index.resolve(toRead.type);
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
    const whole = call("r.fullReferent", ...args);
    return { before: functions, declare: [], value: whole, holds: "expression", checks: [] };
  }

  #pipe(pipe: PipeDefinition, toRead: ToRead): Reading {
    const { layout } = this.#context;
    const { local } = toRead;
    const chunk = chunkType(pipe);
    const packed = layout.typedArray(chunk) === null ? [] : ["true"];
    const count = call("r.chunk", String(layout.elementMinimum(chunk)), ...packed);
    const name = this.#locals.claim(`${local}Count`);
    const item = this.#locals.claim(`${local}Chunk`);
    const toReadChunk = { ...toRead, type: chunk, local: item, range: null };
    const reading = this.#array(chunk, toReadChunk, name, true, false);
    const within = pipe.range === null ? [] : this.#rangeCheck(toRead, name, pipe.range, name, false);
    return {
      declare: [],
      before: [
        `const ${local}: ${this.#context.typeText(chunk)}[] = [];`,
        block(
          [
            "for (",
            group(
              indent(
                softline,
                "let ",
                name,
                " = ",
                count,
                ";",
                line,
                name,
                " !== 0;",
                line,
                name,
                " = ",
                count,
              ),
              softline,
            ),
            ")",
          ],
          [...within, ...reading.before, run(`${local}.push`, reading.value), run("r.chunkEnd", name)],
        ),
      ],
      value: local,
      holds: "local",
      checks: [],
    };
  }

  /** A union's tag has to be what switch_is says. */
  #switchChecks(resolved: Extract<Resolved, { kind: "definition" }>, toRead: ToRead): Check[] {
    const { definition, switchIs } = resolved;
    if (definition.kind !== "union" || switchIs === null) return [];
    const { index } = this.#context;
    const compare = (text: string): Doc[] => {
      const tag = tagTerm(index, definition, tagText(definition, text));
      const value = tag.operator === null ? tag.text : `(${tag.text})`;
      return this.#agree(toRead.frame, equals, value, switchIs, `${toRead.label}: switch_is`);
    };
    return [
      (text, isNullable) => {
        const checks = compare(text);
        return isNullable && checks.length > 0 ? [ifBlock(`${text} !== null`, checks)] : checks;
      },
    ];
  }

  #optional(target: ToRead, type: Type): Reading {
    const { index } = this.#context;
    const boxed = index.isBoxed({ kind: "pointer", pointer: "unique", target: target.type });
    const box = (value: Doc): Doc => (boxed ? ["{ value: ", value, " }"] : value);
    const inner = this.item({ ...target, local: this.#locals.claim(`${target.local}Value`) }, true);
    const checks = inner.checks.map(
      (check): Check =>
        (text) =>
          check(boxed ? `${text}?.value` : text, true),
    );
    if (inner.before.length === 0) {
      return { ...inner, value: choice("r.pointer()", box(inner.value)), checks };
    }
    const { local } = target;
    return {
      declare: inner.declare,
      before: [
        `let ${local}: ${this.#context.typeText(type)} = null;`,
        ifBlock("r.pointer()", [...inner.before, [local, " = ", box(inner.value), ";"]]),
      ],
      value: local,
      holds: "local",
      checks,
    };
  }

  #array(array: ArrayType, toRead: ToRead, hoisted: Doc | null, inBlock: boolean, isItem: boolean): Reading {
    const { index, layout } = this.#context;
    const { frame, label } = toRead;
    const typed = layout.typedArray(array);
    const minimum = layout.elementMinimum(array);
    const packed = typed === null ? [] : ["true"];
    const before: Doc[] = [];
    const declare: Doc[] = [];
    const checks: Check[] = [];
    let count: Doc = array.fixed === null ? (hoisted ?? "count") : String(array.fixed);
    const limits = isItem && array.fixed === null ? this.#joinedCounts(array, toRead) : null;
    if (limits !== null) {
      const names = limits.locals.map((name) => `${name} = 0`);
      before.push(["const ", list(names, "[", "]"), " = ", limits.counts, ";"]);
      [count = ""] = limits.locals;
    } else if (array.joined) {
      [count = ""] = toRead.joined ?? [];
    } else if (array.fixed === null && isItem)
      count = call("r.count", isVarying(array) ? "0" : String(minimum), ...packed);
    if (isVarying(array)) {
      let max = count;
      if (array.fixed === null && isItem) {
        const local = this.#locals.claim(`${toRead.local}Max`);
        if (inBlock) declare.push(`let ${local} = 0;`);
        before.push([inBlock ? "" : "const ", local, " = ", count, ";"]);
        max = local;
      }
      const sent = array.size;
      if (sent !== null && typeof max === "string") {
        const name = max;
        checks.push(() => this.#agree(frame, equals, name, sent, `${label}: size_is`));
      }
      count = call("r.variance", max, String(minimum), ...packed);
      if (array.first !== null) {
        const first = array.first;
        const local = this.#locals.claim(`${toRead.local}Range`);
        before.push(["const ", local, " = ", call("r.varianceFrom", max, String(minimum), ...packed), ";"]);
        let start = `${local}.first`;
        if (inBlock) {
          start = this.#locals.claim(`${toRead.local}First`);
          declare.push(`let ${start} = 0;`);
          before.push(`${start} = ${local}.first;`);
        }
        checks.push(() => this.#agree(frame, equals, start, first, `${label}: first_is`));
        count = `${local}.actual`;
      }
    }
    const counted = isVarying(array) ? array.length : array.size;
    if (counted !== null) {
      const control = `${label}: ${isVarying(array) ? "length_is" : "size_is"}`;
      checks.push((text, isNullable) => {
        const actual = isNullable ? `(${text}?.length ?? 0)` : `${text}.length`;
        return this.#agree(frame, equals, actual, counted, control);
      });
    }
    const range = rangeOf(index, toRead);
    if (range !== null)
      checks.push((text, isNullable) => this.#rangeCheck(toRead, `${text}.length`, range, text, isNullable));
    if (typed !== null)
      return { before, declare, value: call(`r.${typed.method}`, count), holds: "expression", checks };
    const joined = limits?.locals.slice(1) ?? toRead.joined?.slice(1) ?? [];
    const elements = this.#elements(array, { ...toRead, joined }, count, before, isItem);
    return { declare, ...elements, checks: [...checks, ...elements.checks] };
  }

  /** The max counts of an array of several open dimensions, which all come first (C706 14.3.3.5); null for other arrays. */
  #joinedCounts(
    array: ArrayType,
    toRead: ToRead,
  ): { readonly locals: readonly string[]; readonly counts: Doc } | null {
    const { index, layout } = this.#context;
    const locals: string[] = [];
    let innermost = array;
    for (let inner = index.resolve(array.element); inner.kind === "array" && inner.joined; ) {
      if (locals.length === 0) locals.push(this.#locals.claim(`${toRead.local}Count`));
      locals.push(this.#locals.claim(`${toRead.local}Count${locals.length}`));
      innermost = inner;
      inner = index.resolve(inner.element);
    }
    if (locals.length === 0) return null;
    const packed = layout.typedArray(innermost) === null ? [] : ["true"];
    const minimum = String(layout.elementMinimum(innermost));
    return { locals, counts: call("r.counts", String(locals.length), minimum, ...packed) };
  }

  /** Reads elements one by one into an array. */
  #elements(
    array: ArrayType,
    toRead: ToRead,
    count: Doc,
    before: Doc[],
    isItem: boolean,
  ): Omit<Reading, "declare"> {
    const { layout } = this.#context;
    const { local } = toRead;
    let limit = count;
    if (typeof count !== "string") {
      const name = this.#locals.claim(`${local}Count`);
      before.push(["const ", name, " = ", count, ";"]);
      limit = name;
    }
    const i = indexNames[this.#depth] ?? `i${this.#depth}_`;
    const element: ToRead = {
      ...toRead,
      type: array.element,
      local: itemNames[this.#depth] ?? `item${this.#depth}_`,
      range: null,
      label: `${toRead.label}[]`,
    };
    const reading = this.#deeper().body(element, null);
    const isReferences = layout.holdsReferences(array);
    const inPlace = isReferences ? [] : reading.before;
    if (isReferences) before.push(run("r.refElements", limit));
    before.push(
      ["const ", local, ": ", this.#context.typeText(array), " = [];"],
      block(
        ["for (let ", i, " = 0; ", i, " < ", limit, "; ", i, "++)"],
        [...inPlace, run(`${local}.push`, reading.value)],
      ),
    );
    const after = isItem && layout.hasPointers(array.element) ? this.referents(toRead, local) : [];
    const checks = reading.checks.length === 0 ? [] : [this.#elementChecks(array, reading.checks)];
    return { before, value: local, holds: "local", after, checks };
  }

  /** The checks of each element of an array. */
  #elementChecks(array: ArrayType, checks: readonly Check[]): Check {
    const item = itemNames[this.#depth] ?? `item${this.#depth}_`;
    const isNullableElement = this.#context.index.isNullable(array.element);
    return (text, isNullable) => {
      const statements = checks.flatMap((check) => check(item, isNullableElement));
      if (statements.length === 0) return [];
      return [block(`for (const ${item} of ${isNullable ? `${text} ?? []` : text})`, statements)];
    };
  }

  #string(string: StringType, toRead: ToRead, hoisted: Doc | null): Reading {
    const { frame, label, local } = toRead;
    const checks: Check[] = [];
    const { size } = string;
    if (size !== null) {
      const derived = frame.isDerived(size);
      checks.push((text, isNullable) => {
        const units = isNullable ? `(${text} === null ? 0 : ${text}.length + 1)` : `${text}.length + 1`;
        return this.#agree(frame, derived ? equals : atMost, units, size, `${label}: size_is`);
      });
    }
    const range = rangeOf(this.#context.index, toRead);
    if (range !== null) {
      checks.push((text, isNullable) =>
        this.#rangeCheck(toRead, `${text}.length + 1`, range, text, isNullable),
      );
    }
    const inPlace = string.fixed !== null || hoisted !== null;
    const bound = string.fixed === null ? (hoisted ?? "") : String(string.fixed);
    if (string.unit === "byte" && inPlace) {
      const units = this.#locals.claim(`${local}Units`);
      const before: Doc[] = [
        ["const ", units, " = ", call("r.variance", bound, "1", "true"), ";"],
        `const ${local} = r.bytes(${units} - 1);`,
        ...this.#check("r.uint8() === 0", `${label}: string terminator`),
      ];
      return { before, declare: [], value: local, holds: "local", checks };
    }
    const wide = string.unit === "wchar_t";
    const plain = { before: [], declare: [], holds: "expression", checks } as const;
    if (inPlace) return { ...plain, value: call(wide ? "r.fixedWideString" : "r.fixedString", bound) };
    const method = wide ? "r.wideString" : string.unit === "char" ? "r.string" : "r.byteString";
    return { ...plain, value: call(method) };
  }

  /** Checks a count against an expression, unless that names what is not read yet. */
  #agree(
    frame: Frame,
    compare: typeof equals,
    count: string,
    expression: Expression,
    control: string,
  ): Doc[] {
    if (!frame.knows(expression)) return [];
    return this.#check(compare(count, expression, frame.operands), `${control}(${idlText(expression)})`);
  }

  #check(condition: Doc, what: string): Doc[] {
    return [run("r.check", condition, stringLiteral(what))];
  }

  #rangeCheck(toRead: ToRead, count: string, range: Range, text: string, isNullable: boolean): Doc[] {
    const within = comparison(`${count} >= ${range.min}`, "&&", `${count} <= ${range.max}`);
    const condition = isNullable ? comparison(`${text} === null`, "||", ["(", within, ")"]) : within;
    return this.#check(condition, `${toRead.label}: range(${range.min}, ${range.max})`);
  }

  /** For the count that is hoisted in front of a struct: what the elements are that it counts. */
  #countArguments(type: Type): string[] {
    const { index, layout } = this.#context;
    const last = index.struct(type)?.members.at(-1);
    if (last === undefined) return [];
    const resolved = index.resolve(last.type);
    if (resolved.kind === "definition") return this.#countArguments(last.type);
    if (resolved.kind !== "array") return ["0"];
    const packed = layout.typedArray(resolved) === null ? [] : ["true"];
    return [isVarying(resolved) ? "0" : String(layout.elementMinimum(resolved)), ...packed];
  }

  #deeper(): ReadCode {
    return new ReadCode(this.#context, this.#locals, this.#depth + 1);
  }
}

/** `test ? value : null`. */
export function choice(test: Doc, value: Doc): Doc {
  return group(test, indent(line, "? ", value, line, ": null"));
}
