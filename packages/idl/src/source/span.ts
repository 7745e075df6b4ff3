import type { SourceFile } from "./source-file.js";

/** A half-open stretch of one source, in UTF-16 units. */
export interface Span {
  readonly source: SourceFile;
  readonly start: number;
  readonly end: number;
  /** Set where a macro stands in the text, and what is spoken of is in its expansion. */
  readonly expansion?: Expansion;
}

/** The macro whose name stands in the text. */
export interface Expansion {
  readonly macro: string;
  /** The name in its `#define`; null for a macro that was defined outside any text. */
  readonly definition: Span | null;
}

/** From the start of one span to the end of another; only the first one if an include or a macro lies between them. */
export function joinSpans(first: Span, last: Span): Span {
  if (first.source !== last.source || last.end < first.start) return first;
  return { ...first, end: Math.max(first.end, last.end) };
}
