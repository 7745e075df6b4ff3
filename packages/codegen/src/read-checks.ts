import type { Expression, Range } from "@ncalrpc/idl";
import { type Doc, ifBlock, run } from "./doc.js";
import { expressionText, idlText } from "./expression.js";
import type { ToRead } from "./reading.js";
import { stringLiteral } from "./text.js";

/** The member that a check names, unless the reader was told which element it is. */
export function memberArgument(label: string | null): string[] {
  return label === null || label === "" ? [] : [stringLiteral(label)];
}

/** Statements for where there is a value: `text` may be null, or lead through what is. */
export function wherePresent(text: string, isNullable: boolean, statements: readonly Doc[]): readonly Doc[] {
  if (!isNullable || statements.length === 0) return statements;
  return [ifBlock(`${text} ${text.includes("?.") ? "!=" : "!=="} null`, statements)];
}

/** Checks that a count is what an expression says, unless that names what is not read yet. */
export function checkEqual(
  toRead: Pick<ToRead, "frame" | "label">,
  count: Doc,
  expression: Expression,
  control: string,
): Doc[] {
  const { frame, label } = toRead;
  if (!frame.knows(expression)) return [];
  const expected = expressionText(expression, frame.operands);
  const what = stringLiteral(`${control}(${idlText(expression)})`);
  return [run("r.equal", count, expected, what, ...memberArgument(label))];
}

/** Checks the count of what code reaches as `text` against its [range]. */
export function checkRange(
  { label }: ToRead,
  count: string,
  range: Range,
  text: string,
  isNullable: boolean,
): readonly Doc[] {
  const check = run("r.countRange", count, range.min, range.max, stringLiteral(label));
  return wherePresent(text, isNullable, [check]);
}
