import type { ArrayType } from "@ncalrpc/idl";
import { expressionText } from "./expression.js";
import type { Frame } from "./frame.js";
import { dimensions, isVarying } from "./model-index.js";
import type { ModuleContext } from "./module-context.js";
import { structFrame, type Written } from "./write-code.js";

/** The max counts that go before a conformant array, or before the outermost struct that ends in one: one for each dimension. */
export function hoistedCounts(context: ModuleContext, written: Written): string[] {
  const { index } = context;
  const { text, frame } = written;
  const resolved = index.resolve(written.type);
  if (resolved.kind === "array") {
    return dimensions(index, resolved).map((dimension, i) =>
      maxCount(dimension, i === 0 ? text : null, frame),
    );
  }
  if (resolved.kind === "string") {
    return [resolved.size === null ? `${text}.length + 1` : expressionText(resolved.size, frame.operands)];
  }
  if (resolved.kind === "text") return [`${context.library("sidCount")}(${text})`];
  const struct = index.struct(written.type);
  const last = struct?.members.at(-1);
  if (!struct || !last) throw new RangeError(`The model's ${written.label} has no conformant array`);
  const inner = structFrame(context, struct, text);
  return hoistedCounts(context, { ...written, type: last.type, text: inner.value(last), frame: inner });
}

/** Of one dimension; `text` is where its elements are, unless they are those of many rows. */
function maxCount(dimension: ArrayType, text: string | null, frame: Frame): string {
  const { fixed, size } = dimension;
  if (fixed !== null || size === null) return String(fixed ?? 0);
  if (text !== null && (!isVarying(dimension) || frame.isDerived(size))) return `${text}.length`;
  return expressionText(size, frame.operands);
}

/** The number of elements that are sent of a further dimension: as many in each row. */
export function rowLength({ length, size, fixed }: ArrayType, frame: Frame): string {
  const sent = length ?? size;
  return sent === null ? String(fixed ?? 0) : expressionText(sent, frame.operands);
}
