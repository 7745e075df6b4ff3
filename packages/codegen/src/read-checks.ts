import type { Expression, Range } from "@ncalrpc/idl";
import { type Doc, ifBlock, run } from "./doc.js";
import { atMost, expressionText, idlText } from "./expression.js";
import type { ToRead } from "./reading.js";
import { stringLiteral } from "./text.js";

/** The member that a check names, unless the reader was told which element it is. */
export function memberArgument(label: string | null): string[] {
  return label === null || label === "" ? [] : [stringLiteral(label)];
}

/** Refuses a value if a condition does not hold. */
export function checkThat({ label }: Pick<ToRead, "label">, condition: Doc, what: string): Doc {
  return run("r.check", condition, stringLiteral(what), ...memberArgument(label));
}

/** Checks that a count is what an expression says, unless that names what is not read yet. */
export function checkEqual(
  toRead: Pick<ToRead, "frame" | "label">,
  count: string,
  expression: Expression,
  control: string,
): Doc[] {
  const { frame, label } = toRead;
  if (!frame.knows(expression)) return [];
  const expected = expressionText(expression, frame.operands);
  const what = stringLiteral(`${control}(${idlText(expression)})`);
  return [run("r.equal", count, expected, what, ...memberArgument(label))];
}

/** The same, of a count that may be less. `count` is an operand of a comparison. */
export function checkAtMost(
  toRead: Pick<ToRead, "frame" | "label">,
  count: string,
  expression: Expression,
  control: string,
): Doc[] {
  const { frame } = toRead;
  if (!frame.knows(expression)) return [];
  const condition = atMost(count, expression, frame.operands);
  return [checkThat(toRead, condition, `${control}(${idlText(expression)})`)];
}

/** Checks the count of what code reaches as `text` against its [range]. */
export function checkRange(
  { label }: ToRead,
  count: string,
  range: Range,
  text: string,
  isNullable: boolean,
): Doc[] {
  const check = run("r.countRange", count, range.min, range.max, stringLiteral(label));
  return isNullable ? [ifBlock(`${text} !== null`, [check])] : [check];
}
