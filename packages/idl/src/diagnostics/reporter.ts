import type { Limits } from "../limits.js";
import type { Span } from "../source/span.js";
import type { Diagnostic } from "./diagnostic.js";
import { type DiagnosticId, diagnosticTable } from "./diagnostic-table.js";

/** Values of a message's `{placeholders}`, and a hint that fits the case better than the table's. */
export interface ReportDetails {
  readonly [placeholder: string]: string | number | bigint;
}

/** Collects the diagnostics of one compilation, up to a limit. */
export class Reporter {
  readonly #limit: number;
  readonly #diagnostics: Diagnostic[] = [];
  #errors = 0;
  #missingFile: string | null = null;

  constructor(limits: Limits) {
    this.#limit = limits.diagnostics;
  }

  get diagnostics(): readonly Diagnostic[] {
    return this.#diagnostics;
  }

  /** Errors so far, those over the limit included. */
  get errorCount(): number {
    return this.#errors;
  }

  /** The first file that was not found: what is unknown may be in it. */
  get missingFile(): string | null {
    return this.#missingFile;
  }

  /** True once nothing more is kept: work on a helpful hint is wasted. */
  get full(): boolean {
    return this.#diagnostics.length >= this.#limit;
  }

  /** What has been said of a place is not said again. Over the limit, warnings are dropped, those that are there too if an error wants their place; then IDL0009 ends the list. */
  report(id: DiagnosticId, span: Span, details: ReportDetails = {}, hint?: string): void {
    const isError = diagnosticTable[id].severity === "error";
    if (isError && this.#diagnostics.length === this.#limit) this.#dropWarning();
    const diagnostic = this.full ? null : describe(id, span, details, hint);
    if (diagnostic !== null && this.#diagnostics.some((other) => isSame(other, diagnostic))) return;
    if (isError) this.#errors += 1;
    if (id === "IDL0002" || id === "IDL0113") this.#missingFile ??= String(details["file"]);
    if (diagnostic !== null) this.#diagnostics.push(diagnostic);
    else if (isError && this.#diagnostics.length === this.#limit) {
      this.#diagnostics.push(describe("IDL0009", span, { limit: this.#limit }, undefined));
    }
  }

  #dropWarning(): void {
    const last = this.#diagnostics.findLastIndex(({ severity }) => severity === "warning");
    if (last >= 0) this.#diagnostics.splice(last, 1);
  }
}

function isSame(one: Diagnostic, other: Diagnostic): boolean {
  return (
    one.id === other.id &&
    one.line === other.line &&
    one.column === other.column &&
    one.file === other.file &&
    one.message === other.message
  );
}

function describe(
  id: DiagnosticId,
  span: Span,
  details: ReportDetails,
  hint: string | undefined,
): Diagnostic {
  const record = diagnosticTable[id];
  const { line, column } = span.source.position(span.start);
  const sourceLine = span.source.lineText(line);
  const length = Math.max(1, Math.min(span.end - span.start, sourceLine.length - column + 1));
  return {
    id,
    severity: record.severity,
    message: fill(record.message, details) + expansionNote(span),
    hint: hint ?? fill(record.hint, details),
    file: span.source.path,
    line,
    column,
    length,
    sourceLine,
  };
}

/** Says that the text at this place is a macro's. */
function expansionNote({ expansion }: Span): string {
  if (expansion === undefined) return "";
  const { macro, definition } = expansion;
  const name = macro.length > 60 ? `${macro.slice(0, 57)}...` : macro;
  if (definition === null) return ` (in the expansion of '${name}')`;
  const { line } = definition.source.position(definition.start);
  return ` (in the expansion of '${name}', defined at ${definition.source.path}:${line})`;
}

/** Names come from the input: an absurdly long one is cut, so that a message stays a line. */
function fill(template: string, details: ReportDetails): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(details[name] ?? "");
    return value.length > 120 ? `${value.slice(0, 117)}...` : value;
  });
}
