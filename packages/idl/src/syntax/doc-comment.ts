import type { Token, Trivia } from "./token.js";

/**
 * The doc comment that belongs to what a token starts: the nearest one block or run of `///` lines in front of it. A blank
 * line cuts the tie, and a comment that follows something on its own line belongs to that instead.
 */
export function docComment(source: string, token: Token): string | null {
  if (!token.trivia.some(({ kind }) => kind === "docComment")) return null;
  const blocks: string[] = [];
  const start = firstOwnLine(source, token);
  for (let index = token.trivia.length - 1; index >= start; index -= 1) {
    const trivia = token.trivia[index];
    if (trivia === undefined) break;
    const text = source.slice(trivia.start, trivia.end);
    if (trivia.kind === "whitespace" && newlines(text) > 1) break;
    if (trivia.kind !== "docComment") continue;
    if (text.startsWith("/*")) {
      if (blocks.length === 0) blocks.push(blockText(text));
      break;
    }
    blocks.push(text.slice(3).replace(/^ /, "").trimEnd());
  }
  const doc = blocks.reverse().join("\n").trim();
  return doc === "" ? null : doc;
}

/** Index of the first trivia that does not trail the token before. */
function firstOwnLine(source: string, token: Token): number {
  const first = token.trivia[0];
  if (first === undefined || first.start === 0) return 0;
  const line = token.trivia.findIndex(
    (trivia) => newlines(textOf(source, trivia)) > 0 && trivia.kind === "whitespace",
  );
  return Math.max(0, line);
}

function textOf(source: string, trivia: Trivia): string {
  return source.slice(trivia.start, trivia.end);
}

function newlines(text: string): number {
  return text.split("\n").length - 1;
}

function blockText(comment: string): string {
  let start = 3;
  let end = comment.length - 2;
  while (comment[start] === "*") start += 1;
  while (end > start && comment[end - 1] === "*") end -= 1;
  const body = comment.slice(start, end);
  const lines = body
    .split(/\r?\n/)
    .map((line, index) => (index === 0 ? line.trim() : line.replace(/^\s*\*? ?/, "").trimEnd()));
  return lines.join("\n").trim();
}
