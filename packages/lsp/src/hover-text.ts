import type { Declaration } from "./file-index.js";

const MOST_LINES = 12;

/** A declaration as Markdown: its text, and its doc comment. */
export function hoverText({ source, whole, doc }: Declaration): string {
  const lines = source.text.slice(whole.start, whole.end).split(/\r?\n/);
  const indent = Math.min(
    ...lines.slice(1).map((line) => (line.trim() === "" ? Number.POSITIVE_INFINITY : line.search(/\S/))),
  );
  const shown = lines
    .slice(0, MOST_LINES)
    .map((line, index) => (index === 0 ? line : line.slice(Math.min(indent, line.search(/\S|$/)))));
  if (lines.length > MOST_LINES) shown.push("...");
  const code = ["```idl", ...shown.map((line) => line.replaceAll("```", "'''")), "```"].join("\n");
  return doc === null ? code : `${code}\n\n${doc}`;
}
