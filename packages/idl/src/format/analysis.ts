import type { Token } from "../syntax/token.js";
import { matchBrackets } from "./brackets.js";
import { type Comment, readSurroundings, type Surroundings } from "./comment.js";
import { bodyKeyword, endsStatement, type Frame, isUnendedStatement, openFrame } from "./frame.js";
import { gapBetween } from "./spacing.js";

/** A token with all that its place on the page depends on. */
export interface Part {
  readonly token: Token;
  readonly around: Surroundings;
  /** On a line, between the token before and this one. */
  readonly gap: "" | " ";
  /** What this token opens. */
  readonly opens: Frame | null;
  /** Whether a statement starts here. */
  readonly startsStatement: boolean;
  /** Columns of the text up to this token's end if all stood on one line. */
  readonly end: number;
  /** Comments up to and with those before this token that do not let what they stand in be one line. */
  readonly breaks: number;
}

const TOP: Frame = { kind: "statements", isExpression: false, pair: { open: -1, close: -1 } };
/** What stands before these attributes' closing bracket and after: a line of its own. */
const HEADS = new Set(["interface", "library", "coclass", "dispinterface", "module"]);

/** Looks at a text once from its start to its end: which brackets hold what, where statements start, what stands apart. */
export function analyse(source: string, tokens: readonly Token[]): Part[] {
  const pairs = matchBrackets(tokens);
  const parts: Part[] = [];
  const stack: { frame: Frame; afterEquals: boolean; label: number | null; statement: number }[] = [
    { frame: TOP, afterEquals: false, label: null, statement: 0 },
  ];
  let fresh = true;
  let end = 0;
  let breaks = 0;
  const keywords = new Map<number, string | null>();
  for (const [index, token] of tokens.entries()) {
    let inside = stack.at(-1);
    if (inside === undefined) break;
    const left = tokens[index - 1];
    const isClose = inside.frame.pair.close === index;
    if (!isClose && fresh) {
      inside.statement = index;
      inside.afterEquals = false;
    }
    const isLabel = inside.label === 0 && token.text === ":";
    const isExpression = inside.frame.isExpression || inside.afterEquals || inside.label !== null;
    const inAttributes = inside.frame.kind === "attributes";
    const context = {
      isExpression,
      inAttributes,
      isLabel,
      before: tokens[index - 2],
      after: tokens[index + 1],
    };
    const gap = left === undefined ? "" : gapBetween(left, token, context);
    const around = readSurroundings(source, token);
    breaks += around.comments.filter(standsApart).length;
    end += gap.length + token.text.length + widthOf(around.comments);
    const pair = pairs.get(index);
    const opens =
      pair === undefined
        ? null
        : openFrame(tokens, pair, contextOf(inside.frame, isExpression), inside.statement);
    parts.push({ token, around, gap, opens, startsStatement: fresh && !isClose, end, breaks });

    fresh = false;
    if (isClose) {
      const { frame } = inside;
      stack.pop();
      inside = stack.at(-1);
      if (inside?.frame.kind === "statements") fresh = isEnd(tokens, frame, keywords);
      continue;
    }
    if (opens !== null && pair !== undefined) {
      if (token.text === "{") keywords.set(index, bodyKeyword(tokens, inside.statement, index));
      fresh = opens.kind === "statements";
      stack.push({ frame: opens, afterEquals: false, label: null, statement: index + 1 });
      continue;
    }
    if (inside.frame.kind === "statements" && token.text === ";") fresh = true;
    follow(inside, token);
  }
  return parts;
}

function follow(inside: { afterEquals: boolean; label: number | null }, { text }: Token): void {
  if (text === "=") inside.afterEquals = true;
  else if (text === "," || text === ";") {
    inside.afterEquals = false;
    inside.label = null;
  } else if (text === "case" || text === "default") inside.label = 0;
  else if (inside.label !== null && text === "?") inside.label += 1;
  else if (inside.label !== null && text === ":") inside.label = inside.label === 0 ? null : inside.label - 1;
}

function contextOf(frame: Frame, isExpression: boolean): Frame {
  return frame.isExpression === isExpression ? frame : { ...frame, isExpression };
}

/** Whether the statement around a bracket ends with it. */
function isEnd(
  tokens: readonly Token[],
  { kind, pair }: Frame,
  keywords: ReadonlyMap<number, string | null>,
): boolean {
  const next = tokens[pair.close + 1];
  const opening = tokens[pair.open]?.text;
  if (opening === "{") return endsStatement(keywords.get(pair.open) ?? null, next);
  if (opening === "(") return isUnendedStatement(tokens, pair);
  return kind === "attributes" && HEADS.has(next?.text ?? "") && tokens[pair.close + 3]?.text !== ";";
}

/** Whether a comment keeps what it stands in from being one line. */
export function standsApart(comment: Comment): boolean {
  return comment.endsLine || comment.text.includes("\n");
}

function widthOf(comments: readonly Comment[]): number {
  return comments.reduce((width, { text }) => width + text.length + 1, 0);
}
