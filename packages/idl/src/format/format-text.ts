import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { Reporter } from "../diagnostics/reporter.js";
import { defaultLimits, type Limits } from "../limits.js";
import { SourceFile } from "../source/source-file.js";
import { tokenize } from "../syntax/lexer.js";
import { layOut } from "./layout.js";

export interface FormatResult {
  /** Null if the text has lexical errors, since then nobody can say what may be moved. */
  readonly text: string | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Over a limit; a strange character; a comment, literal or number that goes wrong. */
const LEXICAL = new Set(["IDL0003", "IDL0004", "IDL0009", "IDL0101", "IDL0102", "IDL0103", "IDL0104"]);

/**
 * Lays out one IDL text in the only way there is: four spaces, a statement on each line, lists that are too long for 100
 * columns with an item on each line. Tokens, comments, preprocessor lines and single empty lines stay. Formatting again
 * changes nothing. It needs tokens only, so that constructs are no matter that the compiler refuses.
 */
export function formatText(text: string, file: string, limits: Limits = defaultLimits): FormatResult {
  const source = new SourceFile(file, text.replace(/^\ufeff/, ""));
  const reporter = new Reporter(limits);
  const tokens = tokenize(source, reporter, limits);
  const lexical = reporter.diagnostics.filter(({ id }) => LEXICAL.has(id));
  if (lexical.length > 0) return { text: null, diagnostics: lexical };
  const formatted = layOut(source.text, tokens);
  const lineEnd = /\r?\n/.exec(text)?.[0] ?? "\n";
  return { text: lineEnd === "\n" ? formatted : formatted.replaceAll("\n", lineEnd), diagnostics: [] };
}
