/** Bounds on what one compilation takes on; passing one is a diagnostic. */
export interface Limits {
  /** UTF-16 units in one file. */
  readonly fileLength: number;
  /** Tokens in one file, comments and white space not counted. */
  readonly tokens: number;
  /** Brackets, braces and parentheses inside one another; also pointer and array levels of one declarator. */
  readonly nesting: number;
  /** Operands and operators in one expression. */
  readonly expressionNodes: number;
  /** Imports inside one another. */
  readonly importDepth: number;
  /** Files in one compilation. */
  readonly files: number;
  /** Diagnostics kept in one compilation. */
  readonly diagnostics: number;
}

export const defaultLimits: Limits = {
  fileLength: 4 * 1024 * 1024,
  tokens: 1_500_000,
  nesting: 64,
  expressionNodes: 256,
  importDepth: 32,
  files: 500,
  diagnostics: 100,
};
