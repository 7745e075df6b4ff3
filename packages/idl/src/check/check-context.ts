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
  /** The names of a file of the prelude, whether it is imported or not; null inside the prelude. */
  readonly prelude: ((file: string) => FileScope | null) | null;
  /** Checks that need every definition; run at the end. */
  readonly deferred: (() => void)[];

  constructor(parts: Omit<CheckContext, "report" | "declare" | "isLax">) {
    this.reporter = parts.reporter;
    this.scope = parts.scope;
    this.unit = parts.unit;
    this.pointerDefault = parts.pointerDefault;
    this.dialect = parts.dialect;
    this.msUnion = parts.msUnion;
    this.prelude = parts.prelude;
    this.deferred = parts.deferred;
  }

  report(id: DiagnosticId, span: Span, details: ReportDetails = {}, hint?: string): void {
    this.reporter.report(id, span, details, hint);
  }

  /** True where types are declared that nobody can send and nobody minds: in C headers, and in what widl and pidl read. */
  isLax(span: Span): boolean {
    return this.dialect === "pidl" || this.dialect === "widl" || !/\.idl$/i.test(span.source.path);
  }

  /** Adds an ordinary name, or reports that it is taken. False if the name stands for what it did before. */
  declare(name: Name, symbol: OrdinarySymbol): boolean {
    const earlier = this.scope.taken(name.text);
    // What was only mentioned is defined now.
    const mentioned = earlier?.kind === "type" && earlier.type.kind === "foreign";
    const where = earlier === undefined ? "" : describePlace(earlier.span);
    if (earlier !== undefined && sameConstant(earlier, symbol)) return false;
    // Another file's declaration gives way, as the published headers that repeat one another need it.
    const isOther = earlier !== undefined && earlier.span.source !== name.span.source;
    if (earlier !== undefined && !mentioned && isOther && earlier.kind === "type" && symbol.kind === "type")
      this.report("IDL0409", name.span, { name: name.text, where });
    else if (earlier !== undefined && !mentioned) {
      this.report("IDL0403", name.span, { name: name.text, where });
      return false;
    }
    this.scope.declare(name.text, symbol);
    return true;
  }
}

/** `file:line:column` */
export function describePlace(span: Span): string {
  const { line, column } = span.source.position(span.start);
  return `${span.source.path}:${line}:${column}`;
}

/** A constant may be repeated if it says the same: in C it is a macro. */
function sameConstant(first: OrdinarySymbol, second: OrdinarySymbol): boolean {
  if (first.kind !== "constant" || second.kind !== "constant") return false;
  return first.value.kind === second.value.kind && first.value.value === second.value.value;
}
