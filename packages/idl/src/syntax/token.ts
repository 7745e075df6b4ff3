import type { SourceFile } from "../source/source-file.js";
import type { Expansion } from "../source/span.js";

export type TokenKind =
  | "identifier"
  | "integer"
  | "float"
  | "string"
  | "wideString"
  | "character"
  | "wideCharacter"
  /** A bare UUID, as in `uuid(6c3ab5f2-2d0c-4b2c-9a51-0c1c5d2f7a10)`. */
  | "uuid"
  | "punctuation"
  /** Something malformed, already reported. */
  | "unknown"
  | "end";

/** What stands between tokens. `directive` is a whole preprocessor line. */
export interface Trivia {
  readonly kind: "whitespace" | "comment" | "docComment" | "directive";
  readonly start: number;
  readonly end: number;
}

/** As the lexer leaves them, trivia and texts of all tokens, put together, are the source again. */
export interface Token {
  readonly kind: TokenKind;
  readonly source: SourceFile;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** What stands between the token before and this one. */
  readonly trivia: readonly Trivia[];
  /** Where a macro has been expanded: `start` and `end` are its name's, and `text` is of its definition. */
  readonly expansion: Expansion | null;
}
