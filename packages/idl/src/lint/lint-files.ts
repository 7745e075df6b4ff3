import { normalize } from "node:path";
import { type ParseOptions, parse } from "../compile.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { SourceHost } from "../source/source-host.js";
import type { Span } from "../source/span.js";
import type { FileNode, Item } from "../syntax/ast.js";
import type { LintCategory, LintRule, LintTier } from "./lint-rule.js";
import { lintRules, malformedSuppression, unusedSuppression } from "./lint-rules.js";
import { LintScope } from "./lint-scope.js";
import { readSuppressions } from "./suppressions.js";
import { TypeTable } from "./type-table.js";

/** What a rule found, as plain data. */
export interface LintFinding extends Omit<Diagnostic, "id"> {
  /** The rule's. */
  readonly id: string;
  readonly category: LintCategory;
  readonly severity: "warning";
}

const MOST_FILES = 500;

/**
 * Runs the rules of a tier over files that compile. Files that they import are read for their types, and not judged.
 * Findings come in the order of the files and of the places in them.
 */
export function lintFiles(
  entries: readonly string[],
  host: SourceHost,
  tier: LintTier = "default",
  options: Omit<ParseOptions, "host"> = {},
): LintFinding[] {
  const files = readTrees(entries, { ...options, host });
  const types = new TypeTable([...files.values()]);
  const wanted = new Set(entries.map((entry) => normalize(entry)));
  return [...wanted].flatMap((entry) => {
    const file = files.get(entry);
    return file === undefined ? [] : lintFile(new LintScope(file, types), tier);
  });
}

function lintFile(scope: LintScope, tier: LintTier): LintFinding[] {
  const findings: LintFinding[] = [];
  const suppressions = readSuppressions(scope.file);
  const used = new Set<object>();
  const report = (rule: LintRule, span: Span, message: string, hint = rule.hint): void => {
    if (span.source !== scope.file.source) return;
    const finding = describe(rule, span, message, hint);
    const matching = suppressions.filter(
      (suppression) =>
        suppression.rule === rule.id && suppression.line === finding.line && suppression.reason !== "",
    );
    for (const suppression of matching) used.add(suppression);
    if (matching.length === 0) findings.push(finding);
  };
  for (const rule of lintRules) {
    // A suppression of a rule that is not asked for is used where it suppresses something, all the same.
    const isAsked = rule.tier === "default" || tier === "strict";
    const before = findings.length;
    rule.check(scope, (span, message, hint) => report(rule, span, message, hint));
    if (!isAsked) findings.length = before;
  }
  for (const suppression of suppressions) {
    const { rule, reason, span } = suppression;
    if (!lintRules.some(({ id }) => id === rule))
      findings.push(
        describe(malformedSuppression, span, `there is no rule '${rule}'`, malformedSuppression.hint),
      );
    else if (reason === "")
      findings.push(
        describe(
          malformedSuppression,
          span,
          `the suppression of '${rule}' gives no reason`,
          malformedSuppression.hint,
        ),
      );
    else if (!used.has(suppression))
      findings.push(
        describe(unusedSuppression, span, `there is no '${rule}' to suppress here`, unusedSuppression.hint),
      );
  }
  return findings.sort((a, b) => a.line - b.line || a.column - b.column);
}

function describe({ id, category }: LintRule, span: Span, message: string, hint: string): LintFinding {
  const { source, start, end } = span;
  const { line, column } = source.position(start);
  const sourceLine = source.lineText(line);
  const length = Math.max(1, Math.min(end - start, sourceLine.length - column + 1));
  return {
    id,
    category,
    severity: "warning",
    message,
    hint,
    file: source.path,
    line,
    column,
    length,
    sourceLine,
  };
}

/** Entries and what they import, directly or not. */
function readTrees(
  entries: readonly string[],
  options: ParseOptions & { readonly host: SourceHost },
): ReadonlyMap<string, FileNode> {
  const { host } = options;
  const files = new Map<string, FileNode>();
  const waiting = entries.map((entry) => normalize(entry));
  for (let path = waiting.pop(); path !== undefined && files.size < MOST_FILES; path = waiting.pop()) {
    if (files.has(path)) continue;
    const text = host.read(path);
    if (text === null) continue;
    const { file } = parse(text.replace(/^\ufeff/, ""), path, options);
    files.set(path, file);
    for (const name of importedNames(file.items)) {
      const found = host.resolveImport(name, path);
      if (found !== null) waiting.push(normalize(found));
    }
  }
  return files;
}

function importedNames(items: readonly Item[]): string[] {
  return items.flatMap((item) => {
    if (item.kind === "import") return item.files.map(({ text }) => text);
    return item.kind === "interface" ? importedNames(item.items ?? []) : [];
  });
}
