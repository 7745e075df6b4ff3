import type { StringType } from "@ncalrpc/idl";
import { call, type Doc } from "./doc.js";
import type { ModuleContext } from "./module-context.js";
import type { Scope } from "./names.js";
import { rangeOf } from "./range-code.js";
import { checkEqual, checkRange, checkThat, wherePresent } from "./read-checks.js";
import { type Check, type Reading, readingOf, type ToRead, told } from "./reading.js";

/**
 * Reads a string: one with its counts before it, or one in place, whose bound is `hoisted` or fixed. `inBlock` if its statements
 * will stand in a block of their own.
 */
export function readString(
  context: ModuleContext,
  locals: Scope,
  { size, fixed, unit }: StringType,
  toRead: ToRead,
  hoisted: Doc | null,
  inBlock: boolean,
): Reading {
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
  if (unit === "byte" && bound !== null) {
    const units = locals.claim(`${local}Units`);
    before.push(
      ["const ", units, " = ", call(`${reader}.variance`, bound, "1"), ";"],
      checkThat(toRead, `${units} > 0`, "string terminator"),
      `const ${local} = r.bytes(${units} - 1);`,
      checkThat(toRead, "r.uint8() === 0", "string terminator"),
    );
    return { before, declare, value: local, holds: "local", checks };
  }
  const wide = unit === "wchar_t";
  if (bound !== null) {
    const value = call(`${reader}.${wide ? "fixedWideString" : "fixedString"}`, bound);
    return { before, declare, value, holds: "expression", checks };
  }
  const method = wide ? "wideString" : unit === "char" ? "string" : "byteString";
  return { ...readingOf(call(`${reader}.${method}`)), checks };
}
