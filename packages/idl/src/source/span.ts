import type { SourceFile } from "./source-file.js";

/** A half-open stretch of one source, in UTF-16 units. */
export interface Span {
  readonly source: SourceFile;
  readonly start: number;
  readonly end: number;
}

/** From the start of one span to the end of another of the same source. */
export function joinSpans(first: Span, last: Span): Span {
  return { source: first.source, start: first.start, end: Math.max(first.end, last.end) };
}
