import type { Token } from "../syntax/token.js";

/** A pair of brackets, by the indexes of its tokens. */
export interface Pair {
  readonly open: number;
  readonly close: number;
}

const CLOSING: ReadonlyMap<string, string> = new Map([
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
]);

/** The pairs of a token list by their opening token. Brackets without a partner (conditions can tear them apart) are left out. */
export function matchBrackets(tokens: readonly Token[]): ReadonlyMap<number, Pair> {
  const pairs = new Map<number, Pair>();
  const open: { index: number; closing: string }[] = [];
  for (const [index, { kind, text }] of tokens.entries()) {
    if (kind !== "punctuation") continue;
    const closing = CLOSING.get(text);
    if (closing !== undefined) open.push({ index, closing });
    else if (text === ")" || text === "]" || text === "}") {
      let partner = open.length - 1;
      while (partner >= 0 && open[partner]?.closing !== text) partner -= 1;
      const found = open[partner];
      if (found === undefined) continue;
      pairs.set(found.index, { open: found.index, close: index });
      open.length = partner;
    }
  }
  return pairs;
}
