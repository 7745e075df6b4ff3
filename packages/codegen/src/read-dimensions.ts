import type { ArrayType, Expression } from "@ncalrpc/idl";
import { call, type Doc, list } from "./doc.js";
import { dimensions, isVarying } from "./model-index.js";
import type { ModuleContext } from "./module-context.js";
import type { Scope } from "./names.js";
import { elementOverhead } from "./overhead.js";
import { checkEqual, wherePresent } from "./read-checks.js";
import type { Check, ToRead } from "./reading.js";

/** Reads the max counts in front of a conformant array, or of the struct that ends in it: an array of them for several dimensions. */
export function maxCounts(context: ModuleContext, array: ArrayType, reader: string): Doc {
  const all = dimensions(context.index, array);
  // Of a varying array, the actual counts say what follows.
  const sizes = all.some(isVarying) ? ["0"] : elementSizes(context, array);
  if (all.length === 1) return call(`${reader}.count`, ...sizes);
  return call(`${reader}.counts`, String(all.length), ...sizes);
}

/** What is known of an array's elements when they are counted: the fewest octets of one, and what it takes in memory beyond 8 times that. */
export function elementSizes(context: ModuleContext, array: ArrayType): string[] {
  const overhead = elementOverhead(context, array);
  return [String(context.layout.elementMinimum(array)), ...(overhead === 0 ? [] : [String(overhead)])];
}

/** Code that reads the counts of several dimensions, which all stand in front of the first element (C706 14.3.3.4 to 14.3.3.6). */
export interface ReadDimensions {
  readonly before: readonly Doc[];
  readonly declare: readonly Doc[];
  /** How many elements follow in each dimension: the locals that hold it, or numbers. */
  readonly counts: readonly string[];
  readonly checks: readonly Check[];
}

/** Where the counts come from. */
interface Source {
  /** What holds the max counts that were read in front of the struct; null if they come next. */
  readonly hoisted: Doc | null;
  /** Whether the statements will stand in a block of their own. */
  readonly inBlock: boolean;
  /** The reader, told what it reads if it is not yet. */
  readonly reader: () => string;
}

/** Null for an array of one dimension, and for a further dimension of another. */
export function readDimensions(
  context: ModuleContext,
  locals: Scope,
  array: ArrayType,
  toRead: ToRead,
  { hoisted, inBlock, reader }: Source,
): ReadDimensions | null {
  const all = dimensions(context.index, array);
  if (all.length === 1 || array.joined) return null;
  const before: Doc[] = [];
  const declare: Doc[] = [];
  const checks: Check[] = [];
  const claim = (what: string): string[] =>
    all.map((_, i) => locals.claim(`${toRead.local}${what}${i || ""}`));
  const take = (names: readonly string[], value: Doc): void => {
    const initialized = names.map((name) => `${name} = 0`);
    if (inBlock) declare.push(...initialized.map((name) => `let ${name};`));
    before.push([`${inBlock ? "" : "const "}[${initialized.join(", ")}] = `, value, ";"]);
  };
  /** The count of a dimension has to be what an expression says, even where there are no rows to check it by. */
  const check = (i: number, count: string, expression: Expression | null, control: string): void => {
    if (expression === null) return;
    const dimension = { ...toRead, label: toRead.label + "[]".repeat(i) };
    checks.push((text, isNullable) =>
      wherePresent(text, isNullable, checkEqual(dimension, count, expression, control)),
    );
  };
  const isVaryingArray = all.some(isVarying);
  let maxima = all.map(({ fixed }) => String(fixed));
  if (all.some(({ fixed }) => fixed === null)) {
    maxima = claim(isVaryingArray ? "Max" : "Count");
    take(maxima, hoisted ?? maxCounts(context, array, reader()));
    for (const [i, { fixed, size }] of all.entries()) {
      // That of the first dimension of others is the array's length, which is checked.
      if (fixed !== null || i > 0 || isVaryingArray)
        check(i, maxima[i] ?? "", bound(fixed) ?? size, "size_is");
    }
  }
  if (!isVaryingArray) return { before, declare, counts: maxima, checks };
  const actuals = claim("Count");
  const args = [list(maxima, "[", "]"), ...elementSizes(context, array)];
  if (all.every(({ first }) => first === null)) take(actuals, call(`${reader()}.variances`, ...args));
  else {
    const firsts = claim("First");
    take(
      actuals.flatMap((actual, i) => [firsts[i] ?? "", actual]),
      call(`${reader()}.variancesFrom`, ...args),
    );
    for (const [i, { first }] of all.entries()) check(i, firsts[i] ?? "", first ?? zero, "first_is");
  }
  for (const [i, { fixed, length, size }] of all.entries()) {
    if (i > 0 || !isVarying(array)) {
      check(i, actuals[i] ?? "", length ?? size ?? bound(fixed), length === null ? "size_is" : "length_is");
    }
  }
  return { before, declare, counts: actuals, checks };
}

const zero: Expression = { kind: "integer", value: "0" };

function bound(fixed: number | null): Expression | null {
  return fixed === null ? null : { kind: "integer", value: String(fixed) };
}
