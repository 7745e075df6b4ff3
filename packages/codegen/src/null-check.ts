import type { Type } from "@ncalrpc/idl";
import { type Doc, run } from "./doc.js";
import { comparison, idlText, isZero, operandNames } from "./expression.js";
import type { Frame } from "./frame.js";
import { isVarying, type ModelIndex } from "./model-index.js";
import { memberArgument } from "./read-checks.js";
import { stringLiteral } from "./text.js";

/** A null pointer to an array has no elements, so the counts that the value has may not say otherwise (MS-RPCE, strict checks). */
export function nullCheck(
  codec: "r" | "w",
  index: ModelIndex,
  pointer: {
    readonly type: Type;
    readonly label: string;
    readonly property?: string | null;
    readonly frame: Frame;
    readonly lenient?: boolean;
  },
  text: string,
): Doc[] {
  const resolved = index.resolve(pointer.type);
  if (resolved.kind !== "pointer" || resolved.pointer === "ref" || pointer.lenient === true) return [];
  const array = index.resolve(resolved.target);
  if (array.kind !== "array") return [];
  const [name, control] = isVarying(array) ? ["length_is", array.length] : ["size_is", array.size];
  const { frame } = pointer;
  if (
    control === null ||
    operandNames(control).length === 0 ||
    frame.isDerived(control) ||
    !frame.knows(control)
  )
    return [];
  const condition = comparison(`${text} !== null`, "||", isZero(control, frame.operands));
  return [
    run(
      `${codec}.check`,
      condition,
      stringLiteral(noElements(name, idlText(control))),
      ...memberArgument(pointer.property ?? pointer.label),
    ),
  ];
}

/** What null does not fit where an attribute says how many elements there are. */
export function noElements(attribute: string, count: string): string {
  return `${attribute}(${count}): null has no elements`;
}
