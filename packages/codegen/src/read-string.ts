import type { StringType } from "@ncalrpc/idl";
import { call, type Doc } from "./doc.js";
import type { ModuleContext } from "./module-context.js";
import type { Scope } from "./names.js";
import { rangeOf } from "./range-code.js";
import { checkAtMost, checkEqual, checkRange, checkThat } from "./read-checks.js";
import { type Check, type Reading, readingOf, type ToRead, told } from "./reading.js";

/** Reads a string: one with a count before it, or one in place, whose bound is `hoisted` or fixed. */
export function readString(
  context: ModuleContext,
  locals: Scope,
  string: StringType,
  toRead: ToRead,
  hoisted: Doc | null,
): Reading {
  const { frame, local } = toRead;
  const checks: Check[] = [];
  const { size } = string;
  if (size !== null) {
    const derived = frame.isDerived(size);
    checks.push((text, isNullable) => {
      const units = isNullable ? `${text} === null ? 0 : ${text}.length + 1` : `${text}.length + 1`;
      if (derived) return checkEqual(toRead, units, size, "size_is");
      return checkAtMost(toRead, isNullable ? `(${units})` : units, size, "size_is");
    });
  }
  const range = rangeOf(context.index, toRead);
  if (range !== null) {
    checks.push((text, isNullable) => checkRange(toRead, `${text}.length + 1`, range, text, isNullable));
  }
  const inPlace = string.fixed !== null || hoisted !== null;
  const bound = string.fixed === null ? (hoisted ?? "") : String(string.fixed);
  if (string.unit === "byte" && inPlace) {
    const units = locals.claim(`${local}Units`);
    const before: Doc[] = [
      ["const ", units, " = ", call(`${told(toRead)}.variance`, bound, "1"), ";"],
      checkThat(toRead, `${units} > 0`, "string terminator"),
      `const ${local} = r.bytes(${units} - 1);`,
      checkThat(toRead, "r.uint8() === 0", "string terminator"),
    ];
    return { before, declare: [], value: local, holds: "local", checks };
  }
  const wide = string.unit === "wchar_t";
  if (inPlace) {
    const method = wide ? "fixedWideString" : "fixedString";
    return { ...readingOf(call(`${told(toRead)}.${method}`, bound)), checks };
  }
  const method = wide ? "wideString" : string.unit === "char" ? "string" : "byteString";
  return { ...readingOf(call(`${told(toRead)}.${method}`)), checks };
}
