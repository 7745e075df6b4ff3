import type { Reporter } from "../diagnostics/reporter.js";
import type { Limits } from "../limits.js";
import { SourceFile } from "../source/source-file.js";
import type { Expansion, Span } from "../source/span.js";
import type { Token } from "../syntax/token.js";
import { directiveTokens, type Macro } from "./macro.js";

/** A token and the macros that it comes out of, which are not expanded in it again. */
interface Item {
  readonly token: Token;
  readonly hidden: Hidden | null;
}

interface Hidden {
  readonly name: string;
  readonly outer: Hidden | null;
  readonly depth: number;
}

/** Macros inside one another; more than any real text has. */
const DEEPEST = 100;

/** Replaces macros in a stream of tokens, as C does. */
export class Expander {
  readonly macros = new Map<string, Macro>();
  readonly #reporter: Reporter;
  readonly #limits: Limits;
  /** Tokens that expansion may still make, so that no text grows without bound. */
  #budget: number;

  constructor(reporter: Reporter, limits: Limits) {
    this.#reporter = reporter;
    this.#limits = limits;
    this.#budget = limits.tokens;
  }

  /** The tokens of a list that ends, such as a condition's. */
  expand(tokens: readonly Token[]): Token[] {
    return this.#expandItems(
      tokens.map((token) => ({ token, hidden: null })),
      0,
    );
  }

  /** A stream whose tokens come from `pull`; null at its end. */
  stream(pull: () => Token | null): () => Token | null {
    const queue = new Queue(() => {
      const token = pull();
      return token === null ? null : { token, hidden: null };
    });
    return () => this.#next(queue, 0)?.token ?? null;
  }

  #expandItems(items: readonly Item[], depth: number): Token[] {
    const queue = new Queue(() => null);
    queue.push(items);
    const out: Token[] = [];
    for (let item = this.#next(queue, depth); item !== null; item = this.#next(queue, depth))
      out.push(item.token);
    return out;
  }

  #next(queue: Queue, depth: number): Item | null {
    while (true) {
      const item = queue.pull();
      if (item?.token.kind !== "identifier") return item;
      const macro = this.macros.get(item.token.text);
      if (macro === undefined || isHidden(item.hidden, macro.name)) return item;
      if (!this.#replace(macro, item, queue, depth)) return item;
    }
  }

  /** Puts a macro's expansion in front of the queue; false if this is no use of it, or cannot be expanded. */
  #replace(macro: Macro, use: Item, queue: Queue, depth: number): boolean {
    if ((use.hidden?.depth ?? 0) >= DEEPEST || depth >= DEEPEST || this.#budget <= 0) return false;
    const argumentLists = macro.parameters === null ? [] : this.#arguments(macro, use, queue);
    if (argumentLists === null) return false;
    const body = this.#substitute(macro, argumentLists, use, depth);
    this.#budget -= body.length + 1;
    if (this.#budget <= 0)
      this.#reporter.report("IDL0004", spanOf(use.token), { limit: this.#limits.tokens });
    const hidden: Hidden = { name: macro.name, outer: use.hidden, depth: (use.hidden?.depth ?? 0) + 1 };
    queue.push(
      body.map((item, index) => ({
        token: index === 0 ? { ...item, trivia: use.token.trivia } : item,
        hidden,
      })),
    );
    return true;
  }

  /** The tokens of each argument; null if there is no list, or (after a report) not the right number. */
  #arguments(macro: Macro, use: Item, queue: Queue): Token[][] | null {
    const open = queue.pull();
    if (open?.token.text !== "(") {
      if (open !== null) queue.push([open]);
      return null;
    }
    const lists: Token[][] = [[]];
    const wanted = macro.parameters?.length ?? 0;
    const variadic = macro.parameters?.at(-1) === "...";
    let open_ = 1;
    while (true) {
      const item = queue.pull();
      if (item === null || item.token.kind === "end") {
        if (item !== null) queue.push([item]);
        this.#reporter.report("IDL0111", spanOf(use.token), { name: macro.name, needs: "a closing ')'" });
        return null;
      }
      const { text } = item.token;
      if (text === "(") open_ += 1;
      if (text === ")") open_ -= 1;
      if (open_ === 0) break;
      const splits = text === "," && open_ === 1 && !(variadic && lists.length >= wanted);
      if (splits) lists.push([]);
      else lists.at(-1)?.push(item.token);
    }
    if (wanted === 0 && lists.length === 1 && lists[0]?.length === 0) return [];
    if (variadic && lists.length === wanted - 1) lists.push([]);
    if (lists.length === wanted) return lists;
    this.#reporter.report("IDL0114", spanOf(use.token), {
      name: macro.name,
      count: lists.length,
      wanted,
    });
    return null;
  }

  /** The body with its parameters replaced, placed where the macro is used. */
  #substitute(macro: Macro, lists: readonly Token[][], use: Item, depth: number): Token[] {
    const names = (macro.parameters ?? []).map((name) => (name === "..." ? "__VA_ARGS__" : name));
    const listOf = (token: Token | undefined) =>
      token?.kind === "identifier" ? lists[names.indexOf(token.text)] : undefined;
    const expanded = new Map<Token[], Token[]>();
    const out: Token[] = [];
    const { body } = macro;
    for (let index = 0; index < body.length && out.length <= this.#budget; index += 1) {
      const token = body[index];
      if (token === undefined) break;
      const next = body[index + 1];
      const pasted = isPaste(next, body[index + 2]);
      const afterPaste = isPaste(body[index - 2], body[index - 1]);
      const list = listOf(token);
      if (pasted && body[index + 3] !== undefined && list === undefined) {
        out.push(placed(token, use.token, macro));
      } else if (isPaste(token, next)) {
        index += 2;
        this.#paste(out, listOf(body[index]) ?? [body[index]], use, macro);
      } else if (token.text === "#" && listOf(next) !== undefined) {
        out.push(stringized(listOf(next) ?? [], placed(token, use.token, macro)));
        index += 1;
      } else if (list === undefined) {
        out.push(placed(token, use.token, macro));
      } else if (pasted || afterPaste) {
        out.push(...list);
      } else {
        let tokens = expanded.get(list);
        if (tokens === undefined) {
          tokens = this.#expandItems(
            list.map((part) => ({ token: part, hidden: use.hidden })),
            depth + 1,
          );
          expanded.set(list, tokens);
        }
        for (const part of tokens) out.push(part);
      }
    }
    return out;
  }

  /** `a ## b`: the last token so far and the first of a list become one text. */
  #paste(out: Token[], list: readonly (Token | undefined)[], use: Item, macro: Macro): void {
    const left = out.pop();
    const [right, ...rest] = list;
    const text = (left?.text ?? "") + (right?.text ?? "");
    const source = new SourceFile("<pasted>", text);
    for (const token of directiveTokens(source, 0, text.length, this.#limits)) {
      out.push(placed(token, use.token, macro));
    }
    for (const token of rest) if (token !== undefined) out.push(token);
  }
}

/** Tokens to come: those put in front, then those of a source. */
class Queue {
  readonly #waiting: Item[] = [];
  readonly #source: () => Item | null;

  constructor(source: () => Item | null) {
    this.#source = source;
  }

  pull(): Item | null {
    return this.#waiting.pop() ?? this.#source();
  }

  push(items: readonly Item[]): void {
    for (let index = items.length - 1; index >= 0; index -= 1) {
      const item = items[index];
      if (item !== undefined) this.#waiting.push(item);
    }
  }
}

/** A token of a macro's body as it stands in the text: at the macro's name. */
function placed(token: Token, use: Token, macro: Macro): Token {
  const expansion: Expansion = use.expansion ?? { macro: macro.name, definition: macro.definition };
  return { ...token, source: use.source, start: use.start, end: use.end, expansion };
}

function stringized(list: readonly Token[], place: Token): Token {
  const text = list
    .map((token, index) => (index > 0 && token.trivia.length > 0 ? ` ${token.text}` : token.text))
    .join("")
    .replace(/["\\]/g, "\\$&");
  return { ...place, kind: "string", text: `"${text}"` };
}

/** `##`, which the lexer leaves as two characters that it does not know. */
function isPaste(first: Token | undefined, second: Token | undefined): boolean {
  return first?.text === "#" && second?.text === "#";
}

function isHidden(hidden: Hidden | null, name: string): boolean {
  for (let one = hidden; one !== null; one = one.outer) if (one.name === name) return true;
  return false;
}

function spanOf({ source, start, end }: Token): Span {
  return { source, start, end };
}
