import type { Range, Type } from "@ncalrpc/idl";
import { type Doc, group, indent, line } from "./doc.js";
import type { Frame } from "./frame.js";
import { stringLiteral } from "./text.js";

/** What is to be read. */
export interface ToRead {
  readonly type: Type;
  /** The local variable for the value, if one is needed; claimed by whoever asks for the code. */
  readonly local: string;
  /** For messages: the member's name, or `Method.parameter`. */
  readonly label: string;
  /** Of an element of an array, the local that holds its index. */
  readonly element?: string;
  /** Whether the reader was told already what is read. */
  readonly isTold?: boolean;
  readonly range: Range | null;
  readonly frame: Frame;
  /** [disable_consistency_check] */
  readonly lenient?: boolean;
  /** The locals that hold the max counts of further open dimensions. */
  readonly joined?: readonly string[];
  /** Where the value lies in a run that was taken before. */
  readonly place?: string;
}

/** Code that reads a value. */
export interface Reading {
  /** Statements that come first. */
  readonly before: readonly Doc[];
  /** Local variables that the statements need declared outside any block. */
  readonly declare: readonly Doc[];
  readonly value: Doc;
  /** Whether `value` is to be evaluated once, names a local that `before` declares, or is always the same. */
  readonly holds: "expression" | "local" | "constant";
  /** What becomes of the value once all is read, where it is not the value itself. */
  readonly result?: () => Doc;
  /** Conditions on the value, for when all that they name has been read. */
  readonly checks: readonly Check[];
  /** Of a top-level item, statements that read what it points to; they follow `before`. */
  readonly after?: readonly Doc[];
}

/** Conditions on a value that code reaches as `text`; `isNullable` if it may be null there. */
export type Check = (text: string, isNullable: boolean) => readonly Doc[];

/** Conditions that are printed behind all that is read. */
export type LateCheck = () => readonly Doc[];

export function readingOf(value: Doc, holds: Reading["holds"] = "expression"): Reading {
  return { before: [], declare: [], value, holds, checks: [] };
}

type Named = Pick<ToRead, "element" | "isTold" | "label">;

/** The reader, told what comes next. */
export function told({ element, isTold, label }: Named): string {
  if (isTold === true) return "r";
  return element === undefined ? `r.at(${stringLiteral(label)})` : `r.index(${element})`;
}

/** The reader, told that elements or members of what comes next are read until `r.up`. */
export function toldDown(named: Named): string {
  if (named.element !== undefined) return `${told(named)}.down()`;
  return named.label === "" ? "r.down()" : `r.down(${stringLiteral(named.label)})`;
}

/** The longest label that is told within the call that reads: longer chains would be broken in a way of their own. */
const longLabel = 40;

export function isLongLabel({ element, isTold, label }: Named): boolean {
  return isTold !== true && element === undefined && label.length > longLabel;
}

/** `test ? value : null`. */
export function choice(test: Doc, value: Doc): Doc {
  return group(test, indent(line, "? ", value, line, ": null"));
}
