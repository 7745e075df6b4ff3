/**
 * A layout document: text with places where a line may break. `render` breaks the outermost groups that do not fit, which
 * is how Biome's formatter decides too, so that what we print needs no formatting afterwards.
 */
export type Doc =
  | string
  | readonly Doc[]
  | { readonly kind: "indent"; readonly doc: Doc }
  | { readonly kind: "group"; readonly doc: Doc }
  /** `flat` stands for the line break where the enclosing group fits on one line. */
  | { readonly kind: "line"; readonly flat: string; readonly hard: boolean }
  /** `first` if it fits up to its first line break, else `otherwise`. */
  | { readonly kind: "choice"; readonly first: Doc; readonly otherwise: Doc }
  /** Text only for a group that is broken. */
  | { readonly kind: "ifBroken"; readonly text: string };

/** A space, or a line break. */
export const line: Doc = { kind: "line", flat: " ", hard: false };
/** Nothing, or a line break. */
const softline: Doc = { kind: "line", flat: "", hard: false };
/** Always a line break; it breaks the groups around it. */
export const hardline: Doc = { kind: "line", flat: "", hard: true };

export function indent(...docs: Doc[]): Doc {
  return { kind: "indent", doc: docs };
}

export function group(...docs: Doc[]): Doc {
  return { kind: "group", doc: docs };
}

export function ifBroken(text: string): Doc {
  return { kind: "ifBroken", text };
}

export function join(separator: Doc, docs: readonly Doc[]): Doc {
  const joined: Doc[] = [];
  for (const doc of docs) {
    if (joined.length > 0) joined.push(separator);
    joined.push(doc);
  }
  return joined;
}

/** Parenthesized list, one item a line where it does not fit. */
export function list(items: readonly Doc[], open = "(", close = ")"): Doc {
  if (items.length === 0) return open + close;
  return group(open, indent(softline, join([",", line], items), ifBroken(",")), softline, close);
}

/** `name: test ? yes : no` where the test is a comparison, before which a line breaks first. */
export function conditionalProperty(name: string, test: Doc, yes: Doc, no: Doc): Doc {
  return [name, ":", group(indent(line, group(test, indent(line, "? ", yes, line, ": ", no))))];
}

/** `{ a, b }`, one item a line where it does not fit. */
export function braced(items: readonly Doc[], separator = ",", trailing = ifBroken(",")): Doc {
  if (items.length === 0) return "{}";
  return group("{", indent(line, join([separator, line], items), trailing), line, "}");
}

export function call(callee: Doc, ...args: Doc[]): Doc {
  return [callee, list(args)];
}

/** `head.first().second().third()`, one call a line where they do not fit. */
export function memberChain(head: string, calls: readonly string[]): Doc {
  return group(head, indent(calls.map((link) => [softline, link])));
}

/** A call with a function in braces as its last argument: arguments stay on the line of the callee if they fit. */
export function callWithFunction(callee: Doc, args: readonly Doc[], last: Doc): Doc {
  return {
    kind: "choice",
    first: [callee, "(", args.map((arg) => [group(arg), ", "]), last, ")"],
    otherwise: brokenCall(callee, [...args, last]),
  };
}

/** A call with `head => [items]` as its last argument, of which the array breaks first. */
export function callWithArray(callee: Doc, args: readonly Doc[], head: Doc, items: readonly Doc[]): Doc {
  const array = list(items, "[", "]");
  const broken = ["[", indent(hardline, join([",", hardline], items), ","), hardline, "]"];
  return choices(
    group(callee, "(", join(", ", [...args, [head, array]]), ")"),
    [callee, "(", join(", ", [...args, [head, broken]]), ")"],
    brokenCall(callee, [...args, [head, array]]),
  );
}

/** A call with an object as its last argument, of which the object breaks first. */
export function callWithObject(callee: Doc, args: readonly Doc[], properties: readonly Doc[]): Doc {
  const object = braced(properties);
  const brokenObject = ["{", indent(hardline, join([",", hardline], properties), ","), hardline, "}"];
  return {
    kind: "choice",
    first: group(callee, "(", join(", ", [...args, object]), ")"),
    otherwise: {
      kind: "choice",
      first: [callee, "(", join(", ", [...args, brokenObject]), ")"],
      otherwise: brokenCall(callee, [...args, object]),
    },
  };
}

/** `head = callee(() => body)`: the body breaks first, then the argument, then the line after `=`. */
export function lazyAssignment(head: Doc, callee: Doc, body: Doc): Doc {
  const flat = group(callee, "(() => ", body, ")");
  const hugged: Doc = [callee, "(() =>", indent(hardline, body, ","), hardline, ")"];
  return choices(
    [head, " = ", flat],
    [head, " = ", hugged],
    brokenCall([head, " = ", callee], [["() =>", group(indent(line, body))]]),
    [head, " =", indent(hardline, choices(flat, hugged))],
  );
}

/** `head = callee(argument)`: the call breaks first, then the line after `=`. */
export function callAssignment(head: Doc, callee: Doc, argument: Doc): Doc {
  return choices(
    [head, " = ", group(callee, "(", argument, ")")],
    brokenCall([head, " = ", callee], [argument]),
    [head, " =", indent(hardline, callee, "(", argument, ")")],
  );
}

/** The first that fits up to its first line break, or the last. */
function choices(first: Doc, ...rest: readonly Doc[]): Doc {
  const [next, ...others] = rest;
  return next === undefined ? first : { kind: "choice", first, otherwise: choices(next, ...others) };
}

function brokenCall(callee: Doc, args: readonly Doc[]): Doc {
  return [callee, "(", indent(hardline, join([",", hardline], args), ","), hardline, ")"];
}

/** A call as a statement. */
export function run(callee: Doc, ...args: Doc[]): Doc {
  return [call(callee, ...args), ";"];
}

/** `head {`, the statements one a line, `}`. */
export function block(head: Doc, statements: readonly Doc[]): Doc {
  if (statements.length === 0) return [head, " {}"];
  return [head, " {", indent(hardline, join(hardline, statements)), hardline, "}"];
}

/** `if (condition) statement` where that fits on one line, else with a block. */
export function ifBlock(condition: Doc, statements: readonly Doc[]): Doc {
  const [only] = statements;
  const withBlock = ifWithBlock(condition, statements);
  if (only === undefined || statements.length > 1 || hasHardline(only)) return withBlock;
  return { kind: "choice", first: group("if (", condition, ") ", only), otherwise: withBlock };
}

function ifWithBlock(condition: Doc, statements: readonly Doc[]): Doc {
  return block(["if (", group(indent(softline, condition), softline), ")"], statements);
}

const width = 110;

/** The text of a document that starts in column `indentation`. */
export function render(doc: Doc, indentation = 0): string {
  const printer = new Printer(indentation);
  printer.print(doc, indentation, true, null);
  return printer.text();
}

/** What follows the document that is printed: the rest of the sequence that it is in, and what follows that. */
interface Rest {
  readonly items: readonly Doc[];
  /** Index of the first that is still to come. */
  next: number;
  readonly broken: boolean;
  readonly outer: Rest | null;
}

class Printer {
  readonly #out: string[] = [];
  #column: number;
  /** Of the line that has begun: a blank one has none. */
  #indentation = "";

  constructor(column: number) {
    this.#column = column;
  }

  text(): string {
    return this.#out.join("");
  }

  print(doc: Doc, depth: number, broken: boolean, rest: Rest | null): void {
    if (typeof doc === "string") this.#put(doc);
    else if (isSequence(doc)) {
      const following = { items: doc, next: 0, broken, outer: rest };
      for (const item of doc) {
        following.next++;
        this.print(item, depth, broken, following);
      }
    } else if (doc.kind === "indent") {
      this.print(doc.doc, depth + 2, broken, rest);
    } else if (doc.kind === "group") {
      this.print(doc.doc, depth, !this.#fits(doc.doc, false, rest), rest);
    } else if (doc.kind === "choice") {
      this.print(this.#fits(doc.first, true, rest) ? doc.first : doc.otherwise, depth, true, rest);
    } else if (doc.kind === "ifBroken") {
      if (broken) this.print(doc.text, depth, broken, rest);
    } else if (broken) {
      this.#out.push("\n");
      this.#indentation = " ".repeat(depth);
      this.#column = depth;
    } else {
      this.#put(doc.flat);
    }
  }

  #put(text: string): void {
    if (text === "") return;
    this.#out.push(this.#indentation, text);
    this.#indentation = "";
    this.#column += text.length;
  }

  /** Whether a document and what follows it up to the next possible break fit into what is left of the line. */
  #fits(doc: Doc, broken: boolean, rest: Rest | null): boolean {
    let left = spend(width - this.#column, doc, broken);
    for (let following = rest; following !== null; following = following.outer) {
      left = spendAll(left, following.items, following.next, following.broken);
    }
    return left >= 0;
  }
}

/** The columns that are left where a line breaks: whatever comes then has lines of its own. */
const enough = Number.POSITIVE_INFINITY;

/** What a document leaves of `room` columns: less than 0 if it does not fit, `enough` if a line breaks before that shows. */
function spend(room: number, doc: Doc, broken: boolean): number {
  if (typeof doc === "string") return room - doc.length;
  if (isSequence(doc)) return spendAll(room, doc, 0, broken);
  switch (doc.kind) {
    case "indent":
      return spend(room, doc.doc, broken);
    case "group":
      return spend(room, doc.doc, false);
    case "choice":
      return spend(room, doc.first, broken);
    case "line":
      if (broken) return enough;
      return doc.hard ? -1 : room - doc.flat.length;
    case "ifBroken":
      return broken ? room - doc.text.length : room;
  }
}

function spendAll(room: number, docs: readonly Doc[], from: number, broken: boolean): number {
  let left = room;
  for (let i = from; i < docs.length && left >= 0 && left < enough; i++)
    left = spend(left, docs[i] ?? "", broken);
  return left;
}

function hasHardline(doc: Doc): boolean {
  if (typeof doc === "string") return false;
  if (isSequence(doc)) return doc.some(hasHardline);
  if (doc.kind === "line") return doc.hard;
  return doc.kind === "indent" || doc.kind === "group" ? hasHardline(doc.doc) : doc.kind === "choice";
}

function isSequence(doc: Doc): doc is readonly Doc[] {
  return Array.isArray(doc);
}
