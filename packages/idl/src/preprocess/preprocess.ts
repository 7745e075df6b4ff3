import type { DiagnosticId } from "../diagnostics/diagnostic-table.js";
import type { ReportDetails, Reporter } from "../diagnostics/reporter.js";
import type { Limits } from "../limits.js";
import type { SourceFile } from "../source/source-file.js";
import type { Span } from "../source/span.js";
import { tokenize } from "../syntax/lexer.js";
import type { Token } from "../syntax/token.js";
import { evaluateCondition } from "./condition.js";
import { Expander } from "./expander.js";
import { directiveTokens, parseMacro, predefinedMacro, sameMacro } from "./macro.js";

/** What a text is preprocessed with. */
export interface PreprocessOptions {
  /** The file that an `#include` names; null if there is none. Without this function includes are left out silently. */
  readonly include?: (name: string, fromFile: string, span: Span) => SourceFile | null;
  /** Macros that are defined before the first line, with their values. */
  readonly defines: ReadonlyMap<string, string>;
}

/** One `#if` and its branches. */
interface Condition {
  readonly span: Span;
  readonly outerActive: boolean;
  active: boolean;
  taken: boolean;
  sawElse: boolean;
}

/** A file being read: the text itself, or one that it includes. */
interface Frame {
  readonly source: SourceFile;
  readonly tokens: readonly Token[];
  readonly problems: readonly { id: DiagnosticId; span: Span; details: ReportDetails }[];
  readonly conditions: Condition[];
  /** Stretches that a condition leaves out. */
  readonly skipped: { start: number; end: number }[];
  index: number;
  trivia: number;
}

/** What a text is before and after its directives and macros: `tokens` has every character, `expanded` is what is parsed. */
export interface Preprocessed {
  readonly tokens: readonly Token[];
  readonly expanded: readonly Token[];
}

/** Runs the C preprocessor over a text. The last token of either list is `end`. */
export function preprocess(
  source: SourceFile,
  options: PreprocessOptions,
  reporter: Reporter,
  limits: Limits,
): Preprocessed {
  return new Preprocessor(options, reporter, limits).run(source);
}

class Preprocessor {
  readonly #options: PreprocessOptions;
  readonly #reporter: Reporter;
  readonly #limits: Limits;
  readonly #expander: Expander;
  readonly #frames: Frame[] = [];
  /** Malformed numbers, which as a part of a UUID in a macro's arguments are none. */
  readonly #numbers: Frame["problems"][number][] = [];
  /** Files that say `#pragma once`. */
  readonly #once = new Set<string>();
  /** Includes so far: files that include each other twice would go on for ever. */
  #includes = 0;

  constructor(options: PreprocessOptions, reporter: Reporter, limits: Limits) {
    this.#options = options;
    this.#reporter = reporter;
    this.#limits = limits;
    this.#expander = new Expander(reporter, limits);
    for (const [name, value] of options.defines)
      this.#expander.macros.set(name, predefinedMacro(name, value, limits));
  }

  run(source: SourceFile): Preprocessed {
    const { tokens } = this.#open(source);
    const next = this.#expander.stream(() => this.#pull());
    const expanded: Token[] = [];
    for (let token = next(); token !== null; token = next()) {
      if (expanded.length < this.#limits.tokens || token.kind === "end") expanded.push(token);
      else {
        this.#reporter.report("IDL0004", spanOf(token), { limit: this.#limits.tokens });
        break;
      }
    }
    this.#reportNumbers(expanded);
    return { tokens, expanded };
  }

  #reportNumbers(expanded: readonly Token[]): void {
    if (this.#numbers.length === 0) return;
    const kept = new Map<SourceFile, Set<number>>();
    let inUuid = false;
    expanded.forEach((token, index) => {
      if (token.text === ")") inUuid = false;
      if (token.text === "(")
        inUuid = /uuid$|^(?:custom|declare_guid)$/.test(expanded[index - 1]?.text ?? "");
      if (token.kind !== "unknown" || inUuid) return;
      const starts = kept.get(token.source) ?? new Set();
      kept.set(token.source, starts.add(token.start));
    });
    for (const { id, span, details } of this.#numbers)
      if (kept.get(span.source)?.has(span.start) === true) this.#reporter.report(id, span, details);
  }

  #open(source: SourceFile): Frame {
    const problems: Frame["problems"][number][] = [];
    const report = (id: DiagnosticId, span: Span, details: ReportDetails) =>
      void problems.push({ id, span, details });
    const tokens = tokenize(source, { report }, this.#limits);
    const frame = { source, tokens, problems, conditions: [], skipped: [], index: 0, trivia: 0 };
    this.#frames.push(frame);
    return frame;
  }

  /** The next token that no condition leaves out; null behind the last one, which is the text's own `end`. */
  #pull(): Token | null {
    for (let frame = this.#frames.at(-1); frame !== undefined; frame = this.#frames.at(-1)) {
      const token = frame.tokens[frame.index];
      if (token === undefined) {
        this.#frames.pop();
        continue;
      }
      const trivia = token.trivia[frame.trivia];
      if (trivia !== undefined) {
        frame.trivia += 1;
        if (trivia.kind === "directive") this.#directive(frame, trivia.start, trivia.end);
        continue;
      }
      frame.trivia = 0;
      frame.index += 1;
      if (token.kind === "end") {
        this.#close(frame);
        if (this.#frames.length === 1) return token;
      } else if (frame.conditions.at(-1)?.active !== false) {
        return token;
      }
    }
    return null;
  }

  /** Reports what a file leaves open, and what is malformed outside the parts left out. */
  #close(frame: Frame): void {
    for (const { span } of frame.conditions) this.#reporter.report("IDL0110", span);
    let index = 0;
    for (const { id, span, details } of frame.problems) {
      while ((frame.skipped[index]?.end ?? Number.POSITIVE_INFINITY) <= span.start) index += 1;
      const stretch = frame.skipped[index];
      if (stretch !== undefined && span.start >= stretch.start) continue;
      if (id === "IDL0104") this.#numbers.push({ id, span, details });
      else this.#reporter.report(id, span, details);
    }
  }

  #directive(frame: Frame, start: number, end: number): void {
    const match = /#[ \t]*(\w*)/y;
    match.lastIndex = start;
    const name = match.exec(frame.source.text)?.[1] ?? "";
    const body = directiveTokens(frame.source, match.lastIndex, end, this.#limits);
    const lineEnd = frame.source.text.indexOf("\n", start);
    const span = { source: frame.source, start, end: lineEnd < 0 ? end : Math.min(end, lineEnd) };
    const active = frame.conditions.at(-1)?.active !== false;
    switch (name) {
      case "if":
      case "ifdef":
      case "ifndef":
        this.#if(frame, name, body, span, active);
        break;
      case "elif":
      case "else":
      case "endif":
        this.#branch(frame, name, body, span);
        break;
      default:
        if (active) this.#command(frame, name, body, span);
    }
    const isActive = frame.conditions.at(-1)?.active !== false;
    const last = frame.skipped.at(-1);
    if (active && !isActive) frame.skipped.push({ start: end, end: frame.source.text.length });
    else if (!active && isActive && last !== undefined) last.end = start;
  }

  #if(frame: Frame, name: string, body: readonly Token[], span: Span, outerActive: boolean): void {
    const active = outerActive && this.#holds(name, body, span);
    frame.conditions.push({ span, outerActive, active, taken: active, sawElse: false });
  }

  #holds(name: string, body: readonly Token[], span: Span): boolean {
    if (name === "if" || name === "elif")
      return evaluateCondition(name, body, this.#expander, span, this.#reporter, this.#limits);
    const [macro] = body;
    if (macro?.kind !== "identifier") {
      this.#reporter.report("IDL0111", span, { name, needs: "a macro's name" });
      return false;
    }
    return this.#expander.macros.has(macro.text) === (name === "ifdef");
  }

  #branch(frame: Frame, name: string, body: readonly Token[], span: Span): void {
    const condition = frame.conditions.at(-1);
    if (condition === undefined || (name !== "endif" && condition.sawElse)) {
      this.#reporter.report("IDL0109", span, { name });
      return;
    }
    if (name === "endif") {
      frame.conditions.pop();
      return;
    }
    condition.sawElse = name === "else";
    condition.active =
      condition.outerActive && !condition.taken && (name === "else" || this.#holds(name, body, span));
    condition.taken ||= condition.active;
  }

  #command(frame: Frame, name: string, body: readonly Token[], span: Span): void {
    const { macros } = this.#expander;
    const [first] = body;
    switch (name) {
      case "":
      case "line":
        break;
      case "define":
        this.#define(body, span);
        break;
      case "undef":
        if (first?.kind === "identifier") macros.delete(first.text);
        else this.#reporter.report("IDL0111", span, { name, needs: "a macro's name" });
        break;
      case "include":
        this.#include(frame, body, span);
        break;
      case "pragma":
        if (first?.text === "once") this.#once.add(frame.source.path);
        else if (first?.text === "pack") this.#reporter.report("IDL0108", span);
        break;
      case "error":
        this.#reporter.report("IDL0112", span, { text: textOf(body) });
        break;
      default:
        this.#reporter.report("IDL0107", span, { name });
    }
  }

  #define(body: readonly Token[], span: Span): void {
    const macro = parseMacro(body);
    if (macro === null) {
      this.#reporter.report("IDL0111", span, { name: "define", needs: "a name, and perhaps parameters" });
      return;
    }
    const { macros } = this.#expander;
    const earlier = macros.get(macro.name);
    const isNews = this.#frames.length === 1 && earlier?.definition?.source === span.source;
    if (isNews && earlier !== undefined && !sameMacro(earlier, macro))
      this.#reporter.report("IDL0115", span, { name: macro.name });
    macros.set(macro.name, macro);
  }

  #include(frame: Frame, body: readonly Token[], span: Span): void {
    const { include } = this.#options;
    if (include === undefined) return;
    const name = includedName(this.#expander.expand(body));
    if (name === null) {
      this.#reporter.report("IDL0111", span, { name: "include", needs: "a file name in quotes" });
    } else if (this.#frames.length > this.#limits.importDepth) {
      this.#reporter.report("IDL0007", span, { limit: this.#limits.importDepth });
    } else if (this.#includes >= this.#limits.files) {
      if (this.#includes === this.#limits.files)
        this.#reporter.report("IDL0008", span, { limit: this.#limits.files });
      this.#includes = this.#limits.files + 1;
    } else {
      this.#includes += 1;
      const source = include(name, frame.source.path, span);
      if (source === null) this.#reporter.report("IDL0113", span, { file: name });
      else if (!this.#once.has(source.path)) this.#open(source);
    }
  }
}

/** `"x.h"` or `<x.h>`. */
function includedName(tokens: readonly Token[]): string | null {
  const [first] = tokens;
  if (first?.kind === "string") return first.text.slice(1, -1);
  const close = tokens.findIndex((token) => token.text === ">");
  return first?.text === "<" && close > 1 ? textOf(tokens.slice(1, close)) : null;
}

function textOf(tokens: readonly Token[]): string {
  return tokens
    .map((token, index) => (index > 0 && token.trivia.length > 0 ? ` ${token.text}` : token.text))
    .join("");
}

function spanOf({ source, start, end }: Token): Span {
  return { source, start, end };
}
