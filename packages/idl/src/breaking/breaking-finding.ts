import { type BreakingRuleId, type BreakingTier, breakingRules } from "./breaking-rules.js";

/** One change that breaks somebody, as plain data. */
export interface BreakingFinding {
  readonly rule: BreakingRuleId;
  readonly tier: BreakingTier;
  /** The file that has, or had, it. */
  readonly file: string;
  /** `ServiceControl.Query: status.state` */
  readonly where: string;
  readonly message: string;
  readonly breaks: string;
  readonly instead: string;
}

/** Collects findings; the same one, found over several ways, counts once. */
export class Findings {
  readonly #found = new Map<string, BreakingFinding>();

  add(rule: BreakingRuleId, file: string, where: string, message: string): void {
    const { tier, breaks, instead } = breakingRules[rule];
    const key = `${rule}\n${where}\n${message}`;
    if (!this.#found.has(key)) this.#found.set(key, { rule, tier, file, where, message, breaks, instead });
  }

  get all(): readonly BreakingFinding[] {
    return [...this.#found.values()];
  }
}
