import type { Expression, FieldNode } from "../../syntax/ast.js";
import { attributeOf } from "../attribute-of.js";
import type { LintRule } from "../lint-rule.js";
import {
  type FieldGroup,
  isSent,
  type LintScope,
  namesIn,
  namesInArguments,
  spanOf,
  wordsOf,
} from "../lint-scope.js";

/** Types whose every value is small enough for a count. */
const SMALL = new Set(["int8", "uint8", "boolean", "char", "byte"]);
const LENGTH_WORDS = new Set(["length", "len", "size", "count", "offset", "index", "capacity", "limit"]);
const INTEGERS = new Set(["int16", "uint16", "int32", "uint32", "int64", "uint64", "int3264", "uint3264"]);

export const unboundedSize: LintRule = {
  id: "unbounded-size",
  purpose:
    "An array that a peer sizes has an upper bound, so that nobody makes the other side take all its memory.",
  category: "security",
  tier: "default",
  hint: "put `range(min, max)` on what gives the size, or on the array",
  bad: "/** @access anyone */ void F([in] unsigned long n, [in, size_is(n)] byte data[]);",
  good: "/** @access anyone */ void F([in, range(0, 4096)] unsigned long n, [in, size_is(n)] byte data[]);",
  check(scope, report) {
    for (const group of scope.groups) {
      for (const field of group.fields) {
        const size = attributeOf(field, "size_is", "max_is");
        if (size === null || hasRange(scope, field)) continue;
        const open = (size.arguments ?? []).find(
          (argument) => argument !== null && !isBounded(argument, group, scope),
        );
        if (open == null) continue;
        const names = namesIn(open);
        report(
          spanOf(field),
          `nothing bounds '${field.declarator.name?.text ?? ""}', which ${names.join(", ")} sizes`,
        );
      }
    }
  },
};

export const unboundedString: LintRule = {
  id: "unbounded-string",
  purpose: "A string that a peer sends has an upper bound.",
  category: "security",
  tier: "default",
  hint: "put `range(1, max)` on it: units with the terminator",
  bad: "/** @access anyone */ void F([in, string] const wchar_t *name);",
  good: "/** @access anyone */ void F([in, string, range(1, 256)] const wchar_t *name);",
  check(scope, report) {
    for (const group of scope.groups) {
      for (const field of group.fields) {
        const isString = attributeOf(field, "string") !== null || scope.types.resolve(field.type).isString;
        if (
          !isString ||
          !isSent(field, group.kind) ||
          hasRange(scope, field) ||
          attributeOf(field, "size_is", "max_is") !== null
        )
          continue;
        const isFixed = field.declarator.levels.some(
          (level) => level.kind === "array" && level.bound !== null,
        );
        if (!isFixed)
          report(spanOf(field), `nothing bounds the string '${field.declarator.name?.text ?? ""}'`);
      }
    }
  },
};

export const missingRange: LintRule = {
  id: "missing-range",
  purpose:
    "Lengths, indexes and enums that a peer sends are checked by the stub, before any code of yours sees them.",
  category: "security",
  tier: "default",
  hint: "put `range(min, max)` on it",
  bad: "/** @access anyone */ void F([in] unsigned long offset);",
  good: "/** @access anyone */ void F([in, range(0, 100)] unsigned long offset);",
  check(scope, report) {
    for (const group of scope.groups) {
      const sizing = new Set(group.fields.flatMap(sizeNames));
      for (const field of group.fields) {
        const name = field.declarator.name?.text ?? "";
        const { base, pointers } = scope.types.resolve(field.type);
        if (hasRange(scope, field) || sizing.has(name) || !isSent(field, group.kind)) continue;
        if (pointers > 0 || field.declarator.levels.some((level) => level.kind === "array")) continue;
        if (base === "enum" && attributeOf(field, "switch_is") === null && !isSwitch(group, name))
          report(spanOf(field), `any value of '${name}' is accepted, also those that the enum does not name`);
        else if (INTEGERS.has(base) && LENGTH_WORDS.has(wordsOf(name).at(-1) ?? ""))
          report(spanOf(field), `any value of '${name}' is accepted`);
      }
    }
  },
};

function hasRange(scope: LintScope, field: FieldNode): boolean {
  return attributeOf(field, "range") !== null || scope.types.resolve(field.type).hasRange;
}

function sizeNames(field: FieldNode): string[] {
  return field.attributes
    .filter(({ name }) => ["size_is", "max_is"].includes(name.text))
    .flatMap(namesInArguments);
}

/** A union's discriminant is checked against its arms. */
function isSwitch(group: FieldGroup, name: string): boolean {
  return group.fields.some((field) => {
    const attribute = attributeOf(field, "switch_is");
    return attribute !== null && namesInArguments(attribute).includes(name);
  });
}

/** Whether every name in an expression has bounds. */
function isBounded(expression: Expression, group: FieldGroup, scope: LintScope): boolean {
  return namesIn(expression).every((name) => {
    const field = group.fields.find(({ declarator }) => declarator.name?.text === name);
    // A constant, or what the compiler refuses.
    if (field === undefined) return true;
    return hasRange(scope, field) || SMALL.has(scope.types.resolve(field.type).base);
  });
}
