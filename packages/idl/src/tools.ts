/** What the developer's tools share: the command, the language server, and whoever builds their own. */

export type { BreakingFinding } from "./breaking/breaking-finding.js";
export {
  type BreakingRule,
  type BreakingRuleId,
  type BreakingTier,
  breakingRules,
} from "./breaking/breaking-rules.js";
export { findBreaking } from "./breaking/find-breaking.js";
export {
  describeModel,
  type FieldDescription,
  type InterfaceDescription,
  type MethodDescription,
  type TypeDescription,
  type TypeWriter,
} from "./describe/describe-model.js";
export { type FormatResult, formatText } from "./format/format-text.js";
export { type FrozenInterface, freezeInterfaces, frozenText } from "./freeze/frozen-interface.js";
export { FrozenModelError, parseFrozen } from "./freeze/parse-frozen.js";
export { type LintFinding, lintFiles } from "./lint/lint-files.js";
export type { LintCategory, LintRule, LintTier } from "./lint/lint-rule.js";
export { lintRules } from "./lint/lint-rules.js";
