import type { ArrayType, Expression, Range, StringType, Type } from "@ncalrpc/idl";
import { block, call, type Doc, group, ifBlock, indent, line, run } from "./doc.js";
import { atMost, comparison, equals, idlText } from "./expression.js";
import { type Frame, isVarying } from "./frame.js";
import { scalarLayout } from "./layout.js";
import type { ModuleContext } from "./module-context.js";
import type { Scope } from "./names.js";
import { nullCheck } from "./null-check.js";
import { rangeCheck, rangeOf } from "./range-code.js";
import { stringLiteral } from "./text.js";

/** What is to be read. */
export interface ToRead {
  readonly type: Type;
  /** The local variable for the value, if one is needed; claimed by whoever asks for the code. */
  readonly local: string;
  readonly label: string;
  readonly range: Range | null;
  readonly frame: Frame;
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
    const { index, layout } = this.#context;
    const resolved = index.resolve(toRead.type);
    if (resolved.kind === "pointer") {
      const target = { ...toRead, type: resolved.target, range: rangeOf(index, toRead) };
      return resolved.pointer === "ref" ? this.item(target, inBlock) : this.#optional(target, toRead.type);
    }
    if (resolved.kind === "string") return this.#string(resolved, toRead, null);
    const struct = index.struct(toRead.type);
    if (struct === null) {
      if (resolved.kind !== "array") return this.body(toRead, null);
      return this.#array(resolved, toRead, null, inBlock, true);
    }
    const count = layout.structIsConformant(struct)
      ? call("r.count", ...this.#countArguments(toRead.type))
      : null;
    const body = this.body(toRead, count);
    if (!layout.structHasPointers(struct)) return body;
    const { local } = toRead;
    return {
      ...body,
      before: [["const ", local, " = ", body.value, ";"], ...this.referents(toRead, local)],
      value: local,
      holds: "local",
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
        if (definition.kind === "struct") {
          const read = this.#context.typeName(unit.name, definition.name, "read");
          return plain(call(read, "r", ...(count === null ? [] : [count])));
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
    const reading = this.item(target);
    const boxed = resolved.pointer === "unique" && index.isNullable(resolved.target);
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

  #optional(target: ToRead, type: Type): Reading {
    const { index } = this.#context;
    const boxed = index.isNullable(target.type);
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
    if (array.fixed === null && isItem)
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
    return { declare, checks, ...this.#elements(array, toRead, count, before, isItem) };
  }

  /** Reads elements one by one into an array. */
  #elements(
    array: ArrayType,
    toRead: ToRead,
    count: Doc,
    before: Doc[],
    isItem: boolean,
  ): Pick<Reading, "before" | "value" | "holds"> {
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
    const inPlace = layout.holdsReferences(array) ? [] : reading.before;
    before.push(
      ["const ", local, ": ", this.#context.typeText(array), " = [];"],
      block(
        ["for (let ", i, " = 0; ", i, " < ", limit, "; ", i, "++)"],
        [...inPlace, run(`${local}.push`, reading.value)],
      ),
    );
    if (isItem && layout.hasPointers(array.element)) before.push(...this.referents(toRead, local));
    return { before, value: local, holds: "local" };
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
