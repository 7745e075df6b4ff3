import type { Reporter } from "../diagnostics/reporter.js";
import {
  type DefinedSymbol,
  nameOf,
  type ResolvedMethod,
  type ResolvedType,
  type UnitBuilder,
} from "./symbols.js";

interface LeavingOut {
  readonly reporter: Reporter;
  /** Methods are left out too, with a warning. */
  readonly partial: boolean;
}

/**
 * Leaves out definitions that hold something not generated, with a warning each, and reports the methods that would have
 * to send one. Of imported files only what is used matters, so that nothing is said of the rest.
 */
export function leaveOutForeign(units: readonly UnitBuilder[], options: LeavingOut): void {
  const { reporter } = options;
  const reasons = foreignReasons(units);
  for (const unit of units) {
    for (const symbol of unit.types) {
      const feature = reasons.get(symbol);
      if (feature === undefined || unit.imported) continue;
      const what = `${symbol.kind === "context_handle" ? "context handle" : symbol.kind} '${nameOf(symbol)}'`;
      reporter.report("IDL0303", symbol.span, {
        what,
        feature: `it holds ${feature}`,
        advice: "everything that does not use it is",
      });
    }
    const kept = unit.types.filter((symbol) => !reasons.has(symbol));
    unit.types.splice(0, unit.types.length, ...kept);
    const { methods, callbacks } = unit.interface ?? { methods: [], callbacks: [] };
    for (const list of [methods, callbacks]) leaveOutMethods(list, unit, reasons, options);
  }
}

function leaveOutMethods(
  methods: ResolvedMethod[],
  unit: UnitBuilder,
  reasons: ReadonlyMap<DefinedSymbol, string>,
  { reporter, partial }: LeavingOut,
): void {
  const kept = methods.filter((method) => {
    const { name, span, opnum, foreign, parameters, returns } = method;
    const found = [...parameters, { name, span, type: returns }].flatMap((value) => {
      const feature = value.type === null ? null : reasonOf(value.type, reasons);
      return feature === null ? [] : [{ name: value.name, span: value.span, feature }];
    });
    const [first] = found;
    if (foreign === null && first === undefined) return true;
    if (unit.imported) return false;
    if (partial) {
      const feature = foreign ?? `'${first?.name ?? ""}' holds ${first?.feature ?? ""}`;
      reporter.report("IDL0305", span, { name, opnum, feature });
      return false;
    }
    if (foreign !== null) reporter.report("IDL0302", span, { name: foreign });
    for (const { name, span, feature } of found)
      reporter.report("IDL0304", span, { name, feature: `it holds ${feature}`, advice: adviceFor(feature) });
    return true;
  });
  methods.splice(0, methods.length, ...kept);
}

function adviceFor(feature: string): string {
  if (feature === "a pointer to void")
    return "name a type; for an opaque server-side reference use [context_handle]";
  return "express it with types that are generated, or leave it out";
}

/** Why each definition that cannot be generated cannot: of itself, or for one that it refers to. */
function foreignReasons(units: readonly UnitBuilder[]): Map<DefinedSymbol, string> {
  const reasons = new Map<DefinedSymbol, string>();
  const users = new Map<DefinedSymbol, DefinedSymbol[]>();
  const queue: DefinedSymbol[] = [];
  const mark = (symbol: DefinedSymbol, feature: string) => {
    if (reasons.has(symbol)) return;
    reasons.set(symbol, feature);
    queue.push(symbol);
  };
  const visit = (symbol: DefinedSymbol) => {
    if (symbol.foreign !== null) mark(symbol, symbol.foreign);
    for (const type of typesOf(symbol)) {
      const core = coreOf(type);
      if (core.kind === "foreign") mark(symbol, core.feature);
      if (core.kind !== "named" && core.kind !== "union") continue;
      const list = users.get(core.symbol);
      if (list === undefined) users.set(core.symbol, [symbol]);
      else list.push(symbol);
      // A struct that is nowhere defined is in no unit.
      if (core.symbol.foreign !== null) mark(core.symbol, core.symbol.foreign);
    }
  };
  for (const unit of units) for (const symbol of unit.types) visit(symbol);
  for (let symbol = queue.pop(); symbol !== undefined; symbol = queue.pop()) {
    const feature = reasons.get(symbol) ?? "";
    for (const user of users.get(symbol) ?? []) mark(user, feature);
  }
  return reasons;
}

function reasonOf(type: ResolvedType, reasons: ReadonlyMap<DefinedSymbol, string>): string | null {
  const core = coreOf(type);
  if (core.kind === "foreign") return core.feature;
  if (core.kind !== "named" && core.kind !== "union") return null;
  return reasons.get(core.symbol) ?? core.symbol.foreign;
}

/** Every type that a definition refers to. */
export function typesOf(symbol: DefinedSymbol): readonly ResolvedType[] {
  switch (symbol.kind) {
    case "struct":
      return (symbol.members ?? []).map((member) => member.type);
    case "union": {
      const types = (symbol.members ?? []).map((member) => member.type);
      return symbol.discriminant === null ? types : [...types, symbol.discriminant];
    }
    case "alias":
      return [symbol.type];
    case "pipe":
      return [symbol.element];
    default:
      return [];
  }
}

/** What pointers lead to and arrays consist of. */
export function coreOf(type: ResolvedType): ResolvedType {
  let core = type;
  while (core.kind === "pointer" || core.kind === "array") {
    core = core.kind === "pointer" ? core.target : core.element;
  }
  return core;
}
