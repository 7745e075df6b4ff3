import type { Expression } from "../model.js";

export function integer(value: bigint): Expression {
  return { kind: "integer", value: value.toString() };
}

export function add(left: Expression, right: Expression): Expression {
  if (left.kind === "integer" && right.kind === "integer")
    return integer(BigInt(left.value) + BigInt(right.value));
  return { kind: "binary", operator: "+", left, right };
}

export function subtract(left: Expression, right: Expression): Expression {
  if (left.kind === "integer" && right.kind === "integer")
    return integer(BigInt(left.value) - BigInt(right.value));
  return { kind: "binary", operator: "-", left, right };
}
