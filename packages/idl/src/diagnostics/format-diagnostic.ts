import type { Diagnostic } from "./diagnostic.js";

/** Source lines are cut to this many units around the underlined part. */
const WINDOW = 160;

const RED = "\u001b[31m";
const YELLOW = "\u001b[33m";
const CYAN = "\u001b[36m";
const BOLD = "\u001b[1m";
const RESET = "\u001b[0m";

/**
 * A diagnostic for a terminal, several lines without a last line end:
 *
 *     service.idl:3:5: error IDL0401: unknown type 'Sate'
 *         3 |     Sate Query();
 *           |     ^~~~
 *       hint: did you mean 'State'?
 */
export function formatDiagnostic(
  diagnostic: Omit<Diagnostic, "id"> & { readonly id: string },
  options: { color?: boolean } = {},
): string {
  const paint = (style: string, text: string) => (options.color === true ? style + text + RESET : text);
  const severityColor = diagnostic.severity === "error" ? RED : YELLOW;
  const where = paint(BOLD, `${diagnostic.file}:${diagnostic.line}:${diagnostic.column}:`);
  const what = paint(severityColor, `${diagnostic.severity} ${diagnostic.id}:`);
  const lines = [`${where} ${what} ${diagnostic.message}`];
  if (diagnostic.sourceLine !== "") {
    const { text, column } = cut(diagnostic.sourceLine, diagnostic.column);
    const length = Math.max(1, Math.min(diagnostic.length, text.length - column + 1));
    const number = String(diagnostic.line).padStart(5);
    // Tabs stay tabs, so that the caret stands under its character whatever the tab width.
    const indent = text.slice(0, column - 1).replace(/[^\t]/g, " ");
    lines.push(`${number} | ${text}`);
    lines.push(`      | ${indent}${paint(severityColor, `^${"~".repeat(length - 1)}`)}`);
  }
  lines.push(`  ${paint(CYAN, "hint:")} ${diagnostic.hint}`);
  return lines.join("\n");
}

function cut(line: string, column: number): { text: string; column: number } {
  const start = Math.max(0, Math.min(column - 1 - WINDOW / 4, line.length - WINDOW));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters would steer the terminal.
  const text = line.slice(start, start + WINDOW).replace(/[\x00-\x08\x0a-\x1f\x7f-\x9f]/g, "?");
  return { text, column: column - start };
}
