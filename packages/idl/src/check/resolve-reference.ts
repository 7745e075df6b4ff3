import { preludeFileOf } from "../prelude/prelude.js";
import type { BaseType, Name, TypeSpecifier } from "../syntax/ast.js";
import { type CheckContext, describePlace } from "./check-context.js";
import { familiarType, TYPE_WORDS } from "./familiar-types.js";
import { pidlType } from "./pidl-type.js";
import { suggest } from "./suggest.js";
import type { ResolvedType } from "./symbols.js";

const UNSIGNED_HYPER: ResolvedType = { kind: "scalar", scalar: "uint64" };
const ERROR: ResolvedType = { kind: "error" };

/** A base type or the name of a type. Definitions and tags are another function's work and give an error type here. */
export function resolveReference(type: TypeSpecifier, context: CheckContext): ResolvedType {
  switch (type.kind) {
    case "base":
      // pidl's hyper has no sign.
      if (type.base === "int64" && context.dialect === "pidl" && isHyper(type)) return UNSIGNED_HYPER;
      return baseType(type.base);
    case "unsupported":
      return { kind: "foreign", feature: type.feature };
    case "pipe":
      context.report(
        "IDL0301",
        type.span,
        { feature: "a pipe that no typedef names" },
        "write `typedef pipe T NAME;`, and NAME here",
      );
      return ERROR;
    case "reference":
      break;
    default:
      context.report("IDL0504", type.span);
      return ERROR;
  }
  const { text, span } = type.name;
  const symbol = context.scope.find(text);
  if (symbol?.kind === "type") return symbol.type;
  if (symbol !== undefined) {
    context.report("IDL0406", span, { name: text, expected: "a type", where: describePlace(symbol.span) });
    return ERROR;
  }
  if (context.scope.hasInterface(text)) {
    return { kind: "foreign", feature: "an interface pointer" };
  }
  if (context.dialect === "pidl") return pidlType(text);
  const tag = context.scope.findTag(text);
  const lent = tag === undefined ? fromPrelude(type.name, context) : null;
  if (lent !== null) return lent;
  const hint = tag !== undefined ? `write '${tag.what} ${text}'` : unknownHint(text, context);
  context.report("IDL0401", span, { name: text }, hint);
  return ERROR;
}

function unknownHint(name: string, context: CheckContext): string | undefined {
  if (context.reporter.full) return undefined;
  return (
    familiarType(name) ??
    suggest(name, [...context.scope.names("type"), ...TYPE_WORDS]) ??
    missingHint(context)
  );
}

function missingHint({ reporter: { missingFile } }: CheckContext): string | undefined {
  return missingFile === null ? undefined : `it may be in '${missingFile}', which was not found`;
}

/** A type that a file of the prelude defines, which ought to be imported: one warning for each name. */
function fromPrelude({ text, span }: Name, context: CheckContext): ResolvedType | null {
  const file = context.prelude === null ? null : preludeFileOf(text, context.dialect);
  const scope = file === null ? null : (context.prelude?.(file) ?? null);
  if (file === null || scope === null) return null;
  const symbol = scope.find(text);
  const type: ResolvedType | null =
    symbol?.kind === "type"
      ? symbol.type
      : scope.hasInterface(text)
        ? { kind: "foreign", feature: "an interface pointer" }
        : null;
  if (type === null) return null;
  context.scope.lend(text, { kind: "type", type, span });
  if (!context.unit.imported) context.report("IDL0408", span, { name: text, file });
  return type;
}

function isHyper({ span }: TypeSpecifier): boolean {
  return span.source.text.slice(span.start, span.end) === "hyper";
}

function baseType(base: BaseType): ResolvedType {
  if (base === "void") return { kind: "void" };
  if (base === "handle_t") return { kind: "handle" };
  return { kind: "scalar", scalar: base };
}
