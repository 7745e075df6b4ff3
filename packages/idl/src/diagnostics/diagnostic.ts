import type { DiagnosticId } from "./diagnostic-table.js";

export type Severity = "error" | "warning";

/** One finding, as plain data. */
export interface Diagnostic {
  readonly id: DiagnosticId;
  readonly severity: Severity;
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  /** Units to underline on that line, at least 1. */
  readonly length: number;
  /** The line without its line end; empty when the file could not be read. */
  readonly sourceLine: string;
}

/** What the table says of an id; `{name}` in a text is filled in by the report. */
export interface DiagnosticRecord {
  readonly severity: Severity;
  readonly message: string;
  readonly hint: string;
}
