import type { Token, Trivia } from "../syntax/token.js";

/** A comment or a preprocessor line, with how it stands between its neighbours: that is all of a text's layout that is kept. */
export interface Comment {
  /** Without white space at its end; its line ends are `\n`. */
  readonly text: string;
  readonly isDirective: boolean;
  /** Line ends between it and what comes before: 0, 1, or 2 for any more. */
  readonly linesBefore: number;
  /** True if nothing but comments follows on its line. */
  readonly endsLine: boolean;
}

export interface Surroundings {
  readonly comments: readonly Comment[];
  /** Line ends between the last comment, or the token before, and this token: 0, 1, or 2 for any more. */
  readonly linesBefore: number;
}

const NOTHING: readonly Comment[] = [];

/** What stands in front of a token of a source text. */
export function readSurroundings(source: string, token: Token): Surroundings {
  let linesBefore = 0;
  const found: { trivia: Trivia; linesBefore: number }[] = [];
  for (const trivia of token.trivia) {
    if (trivia.kind === "whitespace") {
      linesBefore = Math.min(2, linesBefore + countLines(textOf(source, trivia)));
      continue;
    }
    found.push({ trivia, linesBefore });
    linesBefore = 0;
  }
  if (found.length === 0) return { comments: NOTHING, linesBefore };
  const comments: Comment[] = [];
  let endsLine = linesBefore > 0 || token.kind === "end";
  for (const { trivia, linesBefore: before } of found.reverse()) {
    const isDirective = trivia.kind === "directive";
    const text = tidy(textOf(source, trivia), isDirective);
    endsLine ||= isDirective || text.startsWith("//");
    comments.push({ text, isDirective, linesBefore: before, endsLine });
    endsLine ||= before > 0;
  }
  return { comments: comments.reverse(), linesBefore };
}

/** Without white space at the ends of its lines, which in front of a directive's line end can mean something. */
function tidy(text: string, isDirective: boolean): string {
  const lines = text.replace(/\r\n?/g, "\n");
  if (!isDirective) return lines.replace(/[^\S\n]+$/gm, "").trimEnd();
  return /\\\s+$/.test(lines) ? lines : lines.trimEnd();
}

function textOf(source: string, { start, end }: Trivia): string {
  return source.slice(start, end);
}

function countLines(text: string): number {
  return text.split("\n").length - 1;
}
