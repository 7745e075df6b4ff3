import type { Span } from "../source/span.js";
import type { LintScope } from "./lint-scope.js";

export type LintCategory = "security" | "interoperability" | "documentation" | "suppression";
/** `default` rules always run; `strict` ones when they are asked for. */
export type LintTier = "default" | "strict";

/** Says that something is not as a rule wants it. */
export type Report = (span: Span, message: string, hint?: string) => void;

/** One rule: what it is for, what it looks at, and an example of each kind. */
export interface LintRule {
  /** What `// ncalrpc-ignore` names. It never changes its meaning. */
  readonly id: string;
  readonly purpose: string;
  readonly category: LintCategory;
  readonly tier: LintTier;
  /** What to do about it, unless a report says it better. */
  readonly hint: string;
  /** Text that gives this finding, and its like that gives none: the body of an interface. */
  readonly bad: string;
  readonly good: string;
  /** Looks at one file. */
  check(scope: LintScope, report: Report): void;
}
