import type { StringType } from "@ncalrpc/idl";
import { call, type Doc } from "./doc.js";
import type { ModuleContext } from "./module-context.js";
import type { Scope } from "./names.js";
import { rangeOf } from "./range-code.js";
import { checkEqual, checkRange, wherePresent } from "./read-checks.js";
import { type Check, type Reading, readingOf, type ToRead, told } from "./reading.js";
import { stringMethod } from "./string-method.js";

/**
 * Reads a string: one with its counts before it, or one in place, whose bound is `hoisted` or fixed. `inBlock` if its statements
 * will stand in a block of their own.
 */
export function readString(
  context: ModuleContext,
  locals: Scope,
  string: StringType,
  toRead: ToRead,
  hoisted: Doc | null,
  inBlock: boolean,
): Reading {
  const { size, fixed } = string;
  const { local } = toRead;
  const before: Doc[] = [];
  const declare: Doc[] = [];
  const checks: Check[] = [];
  let reader = told(toRead);
  let bound = fixed === null ? hoisted : String(fixed);
  if (size !== null && fixed === null) {
    if (bound === null) {
      bound = locals.claim(`${local}Max`);
      if (inBlock) declare.push(`let ${bound} = 0;`);
      before.push([inBlock ? "" : "const ", bound, ` = ${reader}.count(0);`]);
      reader = "r";
    }
    const max = bound;
    checks.push((text, isNullable) =>
      wherePresent(text, isNullable, checkEqual(toRead, max, size, "size_is")),
    );
  }
  const range = rangeOf(context.index, toRead);
  if (range !== null) {
    checks.push((text, isNullable) => checkRange(toRead, `${text}.length + 1`, range, text, isNullable));
  }
  if (bound !== null) {
    const value = call(`${reader}.${stringMethod(string, "fixed")}`, bound);
    return { before, declare, value, holds: "expression", checks };
  }
  return { ...readingOf(call(`${reader}.${stringMethod(string)}`)), checks };
}
