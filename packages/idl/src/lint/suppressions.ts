import type { Span } from "../source/span.js";
import type { FileNode } from "../syntax/ast.js";

/** `// ncalrpc-ignore RULE reason`: for findings on its own line, or on the next one if it stands alone. */
export interface Suppression {
  readonly rule: string;
  readonly reason: string;
  readonly line: number;
  readonly span: Span;
}

const PATTERN = /^\/[/*]\s*ncalrpc-ignore\b[ \t]*(\S*)[ \t]*(.*?)(?:\*\/)?$/;

/** The suppressions of a file, in order. */
export function readSuppressions({ source, tokens }: FileNode): Suppression[] {
  const found: Suppression[] = [];
  for (const token of tokens) {
    for (const { kind, start, end } of token.trivia) {
      if (kind !== "comment") continue;
      const match = PATTERN.exec(source.text.slice(start, end));
      if (match === null) continue;
      const { line } = source.position(start);
      const isAlone = source.text.slice(start, end).startsWith("//") && startsLine(source.lineText(line));
      found.push({
        rule: match[1] ?? "",
        reason: (match[2] ?? "").trim(),
        line: isAlone || !hasTokenOn(source.lineText(line)) ? nextLine(source, line) : line,
        span: { source, start, end },
      });
    }
  }
  return found;
}

function startsLine(line: string): boolean {
  return line.trimStart().startsWith("//");
}

/** Whether anything but comments is on a line. */
function hasTokenOn(line: string): boolean {
  return (
    line
      .replace(/\/\*.*?\*\//g, "")
      .replace(/\/\/.*$/, "")
      .trim() !== ""
  );
}

/** The next line that is no comment of its own: several suppressions may stand above one line. */
function nextLine(source: Span["source"], line: number): number {
  let next = line + 1;
  while (startsLine(source.lineText(next))) next += 1;
  return next;
}
