import type { ArrayType } from "@ncalrpc/idl";
import { block, call, type Doc, run } from "./doc.js";
import { operandNames } from "./expression.js";
import { dimensions, isVarying } from "./model-index.js";
import type { ModuleContext } from "./module-context.js";
import type { Scope } from "./names.js";
import { rangeOf } from "./range-code.js";
import { checkEqual, checkRange, memberArgument, wherePresent } from "./read-checks.js";
import type { ReadCode } from "./read-code.js";
import { elementSizes, maxCounts, readDimensions } from "./read-dimensions.js";
import { type Check, isLongLabel, type Reading, type ToRead, told, toldDown } from "./reading.js";

const indexNames = ["i", "j", "k"] as const;
const itemNames = ["item", "inner", "innermost"] as const;

/** How the loop over the elements of an array is written at a depth of nested arrays. */
function loopNames(depth: number): { readonly index: string; readonly item: string } {
  return { index: indexNames[depth] ?? `i${depth}_`, item: itemNames[depth] ?? `item${depth}_` };
}

/** Prints code that reads arrays for a `ReadCode` that reads their elements. */
export class ReadArray {
  readonly #context: ModuleContext;
  readonly #locals: Scope;
  readonly #depth: number;
  /** Reads elements. */
  readonly #deeper: ReadCode;

  constructor(context: ModuleContext, locals: Scope, depth: number, deeper: ReadCode) {
    this.#context = context;
    this.#locals = locals;
    this.#depth = depth;
    this.#deeper = deeper;
  }

  /**
   * An array; `hoisted` is the max count that was read in front of it. `isItem`: a top-level item, with its counts and, in
   * `after`, what its elements point to. `inBlock` if the statements will stand in a block of their own.
   */
  read(array: ArrayType, toRead: ToRead, hoisted: Doc | null, inBlock: boolean, isItem: boolean): Reading {
    const { index, layout } = this.#context;
    const typed = layout.typedArray(array);
    const sizes = elementSizes(this.#context, array);
    const before: Doc[] = [];
    const declare: Doc[] = [];
    const checks: Check[] = [];
    // The first call on the reader names the array.
    let reader = typed === null ? toldDown(toRead) : told(toRead);
    const isFirstOfSeveral = !array.joined && dimensions(index, array).length > 1;
    if (isFirstOfSeveral || isLongLabel(typed === null ? { ...toRead, isTold: false } : toRead)) {
      before.push(`${reader};`);
      reader = "r";
    }
    const first = (): string => {
      const now = reader;
      reader = "r";
      return now;
    };
    const all = readDimensions(this.#context, this.#locals, array, toRead, {
      hoisted,
      inBlock,
      reader: first,
    });
    let count: Doc = array.fixed === null ? (hoisted ?? "count") : String(array.fixed);
    if (all !== null) {
      before.push(...all.before);
      declare.push(...all.declare);
      checks.push(...all.checks);
      [count = ""] = all.counts;
    } else if (array.joined) {
      [count = ""] = toRead.joined ?? [];
    } else if (array.fixed === null && isItem) {
      count = maxCounts(this.#context, array, typed === null || isVarying(array) ? first() : "r");
    }
    if (isVarying(array) && all === null && !array.joined) {
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
        checks.push((text, isNullable) =>
          wherePresent(text, isNullable, checkEqual(toRead, name, sent, "size_is")),
        );
      }
      if (array.first === null) count = call(`${first()}.variance`, max, ...sizes);
      else {
        const start = array.first;
        const local = this.#locals.claim(`${toRead.local}Range`);
        const range = call(`${first()}.varianceFrom`, max, ...sizes);
        before.push(["const ", local, " = ", range, ";"]);
        let from = `${local}.first`;
        if (inBlock) {
          from = this.#locals.claim(`${toRead.local}First`);
          declare.push(`let ${from} = 0;`);
          before.push(`${from} = ${local}.first;`);
        }
        checks.push((text, isNullable) =>
          wherePresent(text, isNullable, checkEqual(toRead, from, start, "first_is")),
        );
        count = `${local}.actual`;
      }
    }
    const counted = isVarying(array) ? array.length : array.size;
    // The one count of all rows is checked, and there may be no rows to check it by.
    if (counted !== null && !array.joined) {
      // Null has no elements, which a constant does not deny.
      const isFree = toRead.lenient === true || operandNames(counted).length === 0;
      const control = isVarying(array) ? "length_is" : "size_is";
      checks.push((text, isNullable) => {
        if (isNullable && !isFree) return checkEqual(toRead, `${text}?.length ?? 0`, counted, control);
        return wherePresent(text, isNullable, checkEqual(toRead, `${text}.length`, counted, control));
      });
    }
    const range = rangeOf(index, toRead);
    if (range !== null) {
      checks.push((text, isNullable) => checkRange(toRead, `${text}.length`, range, text, isNullable));
    }
    if (typed !== null) {
      const value = call(`${first()}.${typed.method}`, count);
      return { before, declare, value, holds: "expression", checks };
    }
    const joined = all?.counts.slice(1) ?? toRead.joined?.slice(1) ?? [];
    const elements = this.#elements(array, { ...toRead, joined }, count, before, first(), isItem);
    return { declare, ...elements, checks: [...checks, ...elements.checks] };
  }

  /** Reads elements one by one into an array; `reader` names the array if nothing did so before. */
  #elements(
    array: ArrayType,
    toRead: ToRead,
    count: Doc,
    before: Doc[],
    reader: string,
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
    if (reader !== "r") before.push(`${reader};`);
    const { index: i, item } = loopNames(this.#depth);
    const element: ToRead = {
      ...toRead,
      type: array.element,
      local: item,
      range: null,
      label: "",
      element: i,
      isTold: false,
    };
    const reading = this.#deeper.body(element, null);
    const isReferences = layout.holdsReferences(array);
    const inPlace = isReferences ? [] : reading.before;
    if (isReferences) before.push(run("r.refElements", limit));
    before.push(
      [`const ${local} = `, call(`new Array<${this.#context.typeText(array.element)}>`, limit), ";"],
      block(
        ["for (let ", i, " = 0; ", i, " < ", limit, "; ", i, "++)"],
        [...inPlace, [`${local}[${i}] = `, reading.value, ";"]],
      ),
    );
    const checks =
      reading.checks.length === 0 ? [] : [this.#elementChecks(array, toRead.label, reading.checks)];
    if (isItem && layout.hasPointers(array.element)) {
      const after = [...this.elementReferents(array, toRead, local), "r.up();"];
      return { before, value: local, holds: "local", after, checks };
    }
    before.push("r.up();");
    return { before, value: local, holds: "local", checks };
  }

  /** What the elements of the array `text` point to; the reader knows which array it is. */
  elementReferents(array: ArrayType, toRead: ToRead, text: string): Doc[] {
    const { index: i, item } = loopNames(this.#depth);
    const element: ToRead = {
      ...toRead,
      type: array.element,
      range: null,
      label: "",
      element: i,
      isTold: false,
    };
    const { kind } = this.#context.index.resolve(array.element);
    if (kind !== "pointer" && kind !== "text") {
      const referents = this.#deeper.referents({ ...element, local: item }, item);
      return [block(`for (const [${i}, ${item}] of ${text}.entries())`, referents)];
    }
    const local = `element${this.#depth || ""}`;
    const pointee = this.#deeper.pointee({ ...element, local }, `${text}[${i}]`);
    return [block(`for (let ${i} = 0; ${i} < ${text}.length; ${i}++)`, pointee)];
  }

  /** The checks of each element of an array that `label` names. */
  #elementChecks(array: ArrayType, label: string, checks: readonly Check[]): Check {
    const { index: i, item } = loopNames(this.#depth);
    const isNullableElement = this.#context.index.isNullable(array.element);
    return (text, isNullable) => {
      const statements = checks.flatMap((check) => check(item, isNullableElement));
      if (statements.length === 0) return [];
      const elements = isNullable ? `(${text} ?? [])` : text;
      const head = `for (const [${i}, ${item}] of ${elements}.entries())`;
      return [
        run("r.down", ...memberArgument(label)),
        block(head, [`r.index(${i});`, ...statements]),
        "r.up();",
      ];
    };
  }
}
