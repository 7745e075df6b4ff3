import type { LintRule } from "./lint-rule.js";
import { missingRange, unboundedSize, unboundedString } from "./rules/bounds.js";
import { missingAccessRule, missingDoc, missingPointerDefault } from "./rules/interfaces.js";
import { identityParameter, parallelArrays, rawHandle } from "./rules/parameters.js";
import { loneCharacter } from "./rules/text.js";

/** About the suppressions themselves: what the other rules leave unused. */
export const unusedSuppression: LintRule = {
  id: "unused-suppression",
  purpose: "A suppression that suppresses nothing goes, so that it can't hide a finding later.",
  category: "suppression",
  tier: "default",
  hint: "remove the comment",
  bad: "/** @access anyone */ // ncalrpc-ignore raw-handle it was one once\nvoid F();",
  good: "/** @access anyone */ // ncalrpc-ignore raw-handle chosen by the caller: a line number\nvoid F([in] long handle);",
  check: () => undefined,
};

export const malformedSuppression: LintRule = {
  id: "malformed-suppression",
  purpose: "A suppression names a rule and says why.",
  category: "suppression",
  tier: "default",
  hint: "write `// ncalrpc-ignore RULE reason`",
  bad: "/** @access anyone */ // ncalrpc-ignore raw-handle\nvoid F();",
  good: "/** @access anyone */ // ncalrpc-ignore raw-handle chosen by the caller: a line number\nvoid F([in] long handle);",
  check: () => undefined,
};

/** Every rule, in the order of `docs/diagnostics`. */
export const lintRules: readonly LintRule[] = [
  identityParameter,
  loneCharacter,
  malformedSuppression,
  missingAccessRule,
  missingDoc,
  missingPointerDefault,
  missingRange,
  parallelArrays,
  rawHandle,
  unboundedSize,
  unboundedString,
  unusedSuppression,
];
