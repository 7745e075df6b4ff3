import type { Token } from "../syntax/token.js";
import { analyse, type Part, standsApart } from "./analysis.js";
import type { Comment } from "./comment.js";
import type { Frame } from "./frame.js";
import { LineWriter } from "./writer.js";

/** Columns that a line keeps to where it can be broken. */
const WIDTH = 100;
const STEP = 4;

interface Open {
  readonly frame: Frame;
  /** Whether it is laid out a line each. */
  readonly isBroken: boolean;
  /** Of the lines inside. */
  readonly indent: number;
  /** Of the line that its closing bracket may stand on. */
  readonly outer: number;
}

/** Lays out a source text's tokens. The result depends on the tokens, and of what is between them on the comments and empty lines only. */
export function layOut(source: string, tokens: readonly Token[]): string {
  return new Layout(analyse(source, tokens)).run();
}

class Layout {
  readonly #parts: readonly Part[];
  readonly #writer = new LineWriter();
  readonly #stack: Open[];
  /** Set after what ends its line. */
  #mustBreak = false;

  constructor(parts: readonly Part[]) {
    this.#parts = parts;
    const frame: Frame = { kind: "statements", isExpression: false, pair: { open: -1, close: parts.length } };
    this.#stack = [{ frame, isBroken: true, indent: 0, outer: 0 }];
  }

  run(): string {
    for (const [index, part] of this.#parts.entries()) this.#place(part, index);
    return this.#writer.finish();
  }

  get #inside(): Open {
    const open = this.#stack.at(-1);
    if (open === undefined) throw new RangeError("a bracket is closed twice");
    return open;
  }

  #place(part: Part, index: number): void {
    const inside = this.#inside;
    const isClose = inside.frame.pair.close === index;
    const isFirst = inside.frame.pair.open === index - 1;
    const startsLine = isClose ? inside.isBroken && !isFirst : this.#startsLine(part, index, isFirst);
    // Nothing stands apart right behind an opening bracket, or right before a closing one.
    const keepsEmptyLine = startsLine && !isFirst;
    const indent = startsLine ? inside.indent : this.#continuation(part);
    let isPlaced = false;
    for (const [at, comment] of part.around.comments.entries()) {
      isPlaced = this.#placeComment(comment, indent, startsLine && !isPlaced, keepsEmptyLine || at > 0);
    }
    const hasComment = part.around.comments.length > 0;
    if (this.#mustBreak || (startsLine && !isPlaced)) {
      const isApart = startsLine && !isClose && part.around.linesBefore > 1 && (!isFirst || hasComment);
      this.#writer.startLine(isClose && inside.isBroken ? inside.outer : indent, isApart);
    } else if (hasComment && !this.#writer.isAtLineStart) this.#writer.write(" ");
    else if (index > 0) this.#writer.write(part.gap);
    this.#mustBreak = false;
    if (part.token.kind === "end") return;
    this.#writer.write(part.token.text);
    if (isClose) this.#stack.pop();
    if (part.opens !== null) this.#open(part, index, part.opens);
  }

  #startsLine(part: Part, index: number, isFirst: boolean): boolean {
    const { frame, isBroken } = this.#inside;
    if (part.token.kind === "end") return true;
    if (frame.kind === "statements") return part.startsStatement;
    return isBroken && (isFirst || this.#parts[index - 1]?.token.text === ",");
  }

  /** Of a line that goes on with what the line before has begun. */
  #continuation({ token }: Part): number {
    const { frame, indent, isBroken } = this.#inside;
    if (frame.kind === "flat" || !isBroken || token.text === "{") return indent;
    return indent + STEP;
  }

  /** Returns whether the token after it stands on its line. */
  #placeComment(comment: Comment, indent: number, startsLine: boolean, canStandApart: boolean): boolean {
    const { text, isDirective, linesBefore, endsLine } = comment;
    const isFirst = this.#writer.isAtLineStart && !this.#mustBreak;
    const trails = linesBefore === 0 && !this.#mustBreak && !isFirst && !isDirective;
    const isOwnLine = !trails && (endsLine || startsLine || this.#mustBreak);
    if (isOwnLine || (trails && startsLine && !endsLine)) {
      this.#writer.startLine(isDirective ? 0 : indent, canStandApart && linesBefore > 1);
      this.#writer.write(reindent(text, isDirective ? 0 : indent));
    } else this.#writer.write(`${this.#writer.isAtLineStart ? "" : " "}${reindent(text, indent)}`);
    this.#mustBreak = endsLine;
    return !endsLine;
  }

  #open(part: Part, index: number, frame: Frame): void {
    const outer = this.#inside;
    const isBroken = this.#breaks(part, index, frame);
    // Inside what stands on one line, the lines of the statement around it count.
    const base = outer.indent - (outer.isBroken ? 0 : STEP);
    this.#stack.push({ frame, isBroken, indent: base + STEP, outer: base });
  }

  #breaks(part: Part, index: number, { kind, pair }: Frame): boolean {
    if (kind === "flat") return false;
    if (pair.close === index + 1) return (this.#parts[pair.close]?.around.comments.length ?? 0) > 0;
    if (kind === "statements") return true;
    const last = this.#parts[pair.close];
    if (last === undefined || last.breaks > part.breaks) return true;
    if (kind === "labels" && this.#hasEmptyLine(index + 1, pair.close)) return true;
    return this.#writer.column + this.#unitEnd(pair.close) - part.end > WIDTH;
  }

  /** Between items, not within one. */
  #hasEmptyLine(from: number, to: number): boolean {
    for (let index = from + 1; index < to; index += 1) {
      const isApart = (this.#parts[index]?.around.linesBefore ?? 0) > 1;
      if (isApart && this.#parts[index - 1]?.token.text === ",") return true;
    }
    return false;
  }

  /** The end, in columns of one line, of what has to stand on the line of a closing bracket. */
  #unitEnd(close: number): number {
    let end = this.#parts[close]?.end ?? 0;
    for (let index = close + 1; index < this.#parts.length; index += 1) {
      const part = this.#parts[index];
      if (part === undefined || part.startsStatement || part.token.kind === "end") break;
      if (part.around.comments.some(standsApart) || part.end - end > 2 * WIDTH) break;
      end = part.end;
      if (
        part.token.text === ";" ||
        part.token.text === "{" ||
        part.token.text === "," ||
        part.opens?.kind === "parameters"
      )
        break;
    }
    return end;
  }
}

/** A comment over several lines moves with its first one if its lines start with asterisks; others stay as they are. */
function reindent(text: string, indent: number): string {
  const [first = "", ...others] = text.split("\n");
  if (others.length === 0 || text.startsWith("#")) return text;
  if (!others.every((line) => line.trimStart().startsWith("*"))) return text;
  return [first.trimEnd(), ...others.map((line) => `${" ".repeat(indent + 1)}${line.trim()}`)].join("\n");
}
