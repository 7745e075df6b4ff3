import { attributeOf } from "../attribute-of.js";
import type { LintRule } from "../lint-rule.js";
import { isSent, spanOf } from "../lint-scope.js";

export const loneCharacter: LintRule = {
  id: "lone-character",
  purpose: "Text is a [string]: without that, a pointer to characters sends one character.",
  category: "interoperability",
  tier: "default",
  hint: "write `[string]`, or `size_is(n)` for characters without a terminator",
  bad: "/** @access anyone */ void F([in] const wchar_t *name);",
  good: "/** @access anyone */ void F([in, string, range(1, 256)] const wchar_t *name);",
  check(scope, report) {
    for (const { kind, fields } of scope.groups) {
      for (const field of fields) {
        const { type, declarator } = field;
        const isCharacter = type.kind === "base" && (type.base === "char" || type.base === "wchar_t");
        const [level, ...others] = declarator.levels;
        if (!isCharacter || level?.kind !== "pointer" || others.length > 0 || !isSent(field, kind)) continue;
        if (attributeOf(field, "string", "size_is", "max_is", "length_is", "last_is", "charset") === null)
          report(spanOf(field), `'${declarator.name?.text ?? ""}' is one character, not a string`);
      }
    }
  },
};
