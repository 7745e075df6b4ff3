const INTEGER = /^(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)(?:[uUlL]{0,3}|[uU]?[iI]64)$/;
const FLOAT = /^[0-9]+(?:\.[0-9]*(?:[eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+)[fFlL]?$/;
const EXPONENT_AHEAD = /^[0-9.]+[eE]$/;
/** More digits than any 64-bit literal has; longer ones cost time to convert. */
const LONGEST = 80;

/** The end of the number that starts at an offset; a range's `0..4` is two numbers. */
export function scanNumber(text: string, start: number): number {
  let at = start;
  while (at < text.length) {
    const character = text[at] ?? "";
    if (/[0-9A-Za-z_]/.test(character)) at += 1;
    else if (character === "." && text[at + 1] !== "." && text[at - 1] !== ".") at += 1;
    else if (
      (character === "+" || character === "-") &&
      EXPONENT_AHEAD.test(text.slice(Math.max(start, at - LONGEST), at))
    )
      at += 1;
    else break;
  }
  return at;
}

/** What a number token is; null if it is malformed. */
export function classifyNumber(text: string): "integer" | "float" | null {
  if (text.length > LONGEST) return null;
  if (INTEGER.test(text)) return "integer";
  return FLOAT.test(text) ? "float" : null;
}

/** The value of an integer token, suffixes ignored. */
export function integerValue(text: string): bigint {
  const digits = text.replace(/(?:[uUlL]+|[uU]?[iI]64)$/, "");
  return BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
}
