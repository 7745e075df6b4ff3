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
export const softline: Doc = { kind: "line", flat: "", hard: false };
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

type Command = readonly [indentation: number, broken: boolean, doc: Doc];

/** The text of a document that starts in column `indentation`. */
export function render(doc: Doc, indentation = 0): string {
  const out: string[] = [];
  let column = indentation;
  const stack: Command[] = [[indentation, true, doc]];
  for (let command = stack.pop(); command !== undefined; command = stack.pop()) {
    const [depth, broken, item] = command;
    if (typeof item === "string") {
      out.push(item);
      column += item.length;
    } else if (isSequence(item)) {
      for (let i = item.length - 1; i >= 0; i--) stack.push([depth, broken, item[i] ?? ""]);
    } else if (item.kind === "indent") {
      stack.push([depth + 2, broken, item.doc]);
    } else if (item.kind === "group") {
      const flat: Command = [depth, false, item.doc];
      stack.push(fits(flat, width - column, stack) ? flat : [depth, true, item.doc]);
    } else if (item.kind === "choice") {
      const first: Command = [depth, true, item.first];
      stack.push(fits(first, width - column, stack) ? first : [depth, true, item.otherwise]);
    } else if (item.kind === "ifBroken") {
      if (broken) stack.push([depth, broken, item.text]);
    } else if (broken) {
      out.push(`\n${" ".repeat(depth)}`);
      column = depth;
    } else {
      out.push(item.flat);
      column += item.flat.length;
    }
  }
  // A break before a blank line leaves its indentation behind.
  return out.join("").replace(/[ ]+$/gm, "");
}

/** Whether `next`, flat, and what follows it up to the next possible break fit into `room` columns. */
function fits(next: Command, room: number, rest: readonly Command[]): boolean {
  let left = room;
  let following = rest.length;
  const stack: Command[] = [next];
  while (left >= 0) {
    let command = stack.pop();
    if (command === undefined) {
      if (following === 0) return true;
      command = rest[--following];
      if (command === undefined) return true;
    }
    const [depth, broken, item] = command;
    if (typeof item === "string") {
      left -= item.length;
    } else if (isSequence(item)) {
      for (let i = item.length - 1; i >= 0; i--) stack.push([depth, broken, item[i] ?? ""]);
    } else if (item.kind === "indent") {
      stack.push([depth, broken, item.doc]);
    } else if (item.kind === "group") {
      stack.push([depth, false, item.doc]);
    } else if (item.kind === "choice") {
      stack.push([depth, broken, item.first]);
    } else if (item.kind === "line") {
      if (broken) return true;
      if (item.hard) return false;
      left -= item.flat.length;
    } else if (broken) {
      left -= item.text.length;
    }
  }
  return false;
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
