import type { Range, Type } from "@ncalrpc/idl";
import { call, type Doc } from "./doc.js";
import type { ModelIndex } from "./model-index.js";

/** The range of what a member holds: its own, or that of the alias that it is declared with. */
export function rangeOf(
  index: ModelIndex,
  value: { readonly type: Type; readonly range: Range | null },
): Range | null {
  return value.range ?? index.rangeOf(value.type);
}

/** A number that passes through a range check of the reader or writer. */
export function rangeCheck(codec: string, type: string, value: Doc, range: Range): Doc {
  const big = type === "bigint";
  return call(
    `${codec}.${big ? "rangeBig" : "range"}`,
    value,
    ...[range.min, range.max].map((bound) => (big ? `${bound}n` : bound)),
  );
}
