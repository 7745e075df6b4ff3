import { normalize } from "node:path";
import { compile, type Diagnostic as Finding, type LintFinding, lintFiles } from "@ncalrpc/idl";
import { type Diagnostic, DiagnosticSeverity } from "vscode-languageserver/node";
import type { Workspace } from "./workspace.js";

/** What the checker, and for a file without errors the linter, finds in a file. */
export function diagnosticsOf(path: string, workspace: Workspace): Diagnostic[] {
  const { host, settings } = workspace;
  const { dialect, defines } = settings;
  const { model, diagnostics } = compile([path], host, { dialect, defines });
  const findings = model === null ? [] : lintFiles([path], host, "default", { dialect, defines });
  return [...diagnostics, ...findings]
    .filter(({ file }) => normalize(file) === normalize(path))
    .map(toDiagnostic);
}

function toDiagnostic(finding: Finding | LintFinding): Diagnostic {
  const { id, severity, message, hint, line, column, length } = finding;
  const start = { line: line - 1, character: column - 1 };
  return {
    range: { start, end: { line: start.line, character: start.character + length } },
    severity: severity === "error" ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    code: id,
    source: "ncalrpc",
    message: `${message}\n${hint}`,
  };
}
