import {
  type CompileOptions,
  type CompileResult,
  compile,
  createNodeHost,
  type Diagnostic,
  formatDiagnostic,
} from "@ncalrpc/idl";

/** Compiles IDL files from the file system; imports are looked up beside the importing file, then in `include`. */
export function readModel(
  files: readonly string[],
  include: readonly string[],
  options: CompileOptions = {},
): CompileResult {
  return compile(files, createNodeHost({ includeDirectories: include }), options);
}

/** All diagnostics for people, each with an empty line after it. */
export function writeDiagnostics(
  diagnostics: readonly Diagnostic[],
  color: boolean,
  write: (line: string) => void,
): void {
  for (const diagnostic of diagnostics) write(`${formatDiagnostic(diagnostic, { color })}\n`);
}

/** "2 errors and 1 warning"; "no findings". */
export function countFindings(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  const warnings = diagnostics.length - errors;
  const parts = [count(errors, "error"), count(warnings, "warning")].filter((part) => part !== null);
  return parts.length === 0 ? "no findings" : parts.join(" and ");
}

function count(number: number, what: string): string | null {
  return number === 0 ? null : plural(number, what);
}

/** "1 file", "2 files". */
export function plural(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
