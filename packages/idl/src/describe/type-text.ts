import type { Expression, Range, Scalar, Type } from "../model.js";

const SCALARS: Readonly<Record<Scalar, string>> = {
  boolean: "boolean",
  byte: "byte",
  char: "char",
  wchar_t: "wchar_t",
  int8: "small",
  uint8: "unsigned small",
  int16: "short",
  uint16: "unsigned short",
  int32: "long",
  uint32: "unsigned long",
  int64: "hyper",
  uint64: "unsigned hyper",
  int3264: "__int3264",
  uint3264: "unsigned __int3264",
  float: "float",
  double: "double",
  error_status_t: "error_status_t",
};

/** A type in IDL's words, as a person says it: `unique pointer to array [count] of Entry`. */
export function typeText(type: Type): string {
  switch (type.kind) {
    case "scalar":
      return SCALARS[type.scalar];
    case "named":
      return type.name;
    case "union":
      return `${type.name} by ${expressionText(type.switchIs)}`;
    case "system_handle":
      return `${type.nullable ? "optional " : ""}system handle of a ${type.handle}`;
    case "pointer":
      return `${type.pointer === "ptr" ? "full" : type.pointer} pointer to ${typeText(type.target)}`;
    case "string":
      return `${type.unit} string${type.fixed !== null ? ` of up to ${type.fixed}` : ""}${type.size === null ? "" : ` of up to ${expressionText(type.size)}`}`;
    case "array": {
      const size =
        type.fixed !== null ? String(type.fixed) : type.size === null ? "" : expressionText(type.size);
      const first = type.first === null ? "" : ` from ${expressionText(type.first)}`;
      const sent = type.length === null ? "" : `, ${expressionText(type.length)} sent${first}`;
      return `array [${size}${sent}] of ${typeText(type.element)}`;
    }
  }
}

/** An expression in C's form, with parentheses where it has parts. */
export function expressionText(expression: Expression): string {
  switch (expression.kind) {
    case "integer":
      return expression.value;
    case "name":
      return `${expression.dereference ? "*" : ""}${expression.name}`;
    case "unary":
      return `${expression.operator}${operandText(expression.operand)}`;
    case "binary":
      return `${operandText(expression.left)} ${expression.operator} ${operandText(expression.right)}`;
    case "conditional":
      return `${operandText(expression.condition)} ? ${operandText(expression.then)} : ${operandText(expression.otherwise)}`;
  }
}

function operandText(expression: Expression): string {
  const text = expressionText(expression);
  return expression.kind === "integer" || expression.kind === "name" ? text : `(${text})`;
}

/** `0..256` */
export function rangeText({ min, max }: Range): string {
  return `${min}..${max}`;
}
