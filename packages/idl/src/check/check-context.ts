import type { DiagnosticId } from "../diagnostics/diagnostic-table.js";
import type { ReportDetails, Reporter } from "../diagnostics/reporter.js";
import type { Dialect } from "../dialect.js";
import type { Span } from "../source/span.js";
import type { Name } from "../syntax/ast.js";
import type { FileScope } from "./scope.js";
import type { OrdinarySymbol, PointerKind, UnitBuilder } from "./symbols.js";

/** What every check needs: where to report, which names are visible, which unit is being filled. */
export class CheckContext {
  readonly reporter: Reporter;
  readonly scope: FileScope;
  readonly unit: UnitBuilder;
  /** What a pointer below the top level is, unless it says otherwise. */
  readonly pointerDefault: PointerKind;
  readonly dialect: Dialect;
  /** The unions defined here are `ms_union`s. */
  readonly msUnion: boolean;
  /** Checks that need every definition; run at the end. */
  readonly deferred: (() => void)[];

  constructor(parts: Omit<CheckContext, "report" | "declare">) {
    this.reporter = parts.reporter;
    this.scope = parts.scope;
    this.unit = parts.unit;
    this.pointerDefault = parts.pointerDefault;
    this.dialect = parts.dialect;
    this.msUnion = parts.msUnion;
    this.deferred = parts.deferred;
  }

  report(id: DiagnosticId, span: Span, details: ReportDetails = {}, hint?: string): void {
    this.reporter.report(id, span, details, hint);
  }

  /** Adds an ordinary name, or reports that it is taken. */
  declare(name: Name, symbol: OrdinarySymbol): void {
    const earlier = this.scope.taken(name.text);
    // What was only mentioned is defined now.
    const mentioned = earlier?.kind === "type" && earlier.type.kind === "foreign";
    if (earlier === undefined || mentioned) this.scope.declare(name.text, symbol);
    else this.report("IDL0403", name.span, { name: name.text, where: describePlace(earlier.span) });
  }
}

/** `file:line:column` */
export function describePlace(span: Span): string {
  const { line, column } = span.source.position(span.start);
  return `${span.source.path}:${line}:${column}`;
}
