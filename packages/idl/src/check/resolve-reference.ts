import type { BaseType, TypeSpecifier } from "../syntax/ast.js";
import { type CheckContext, describePlace } from "./check-context.js";
import { suggest } from "./suggest.js";
import type { ResolvedType } from "./symbols.js";

const ERROR: ResolvedType = { kind: "error" };

/** A base type or the name of a type. Definitions and tags are another function's work and give an error type here. */
export function resolveReference(type: TypeSpecifier, context: CheckContext): ResolvedType {
  switch (type.kind) {
    case "base":
      return baseType(type.base);
    case "unsupported":
      context.report("IDL0301", type.span, { feature: type.feature });
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
    context.report("IDL0301", span, { feature: "an interface pointer" });
    return ERROR;
  }
  const tag = context.scope.findTag(text);
  const hint =
    tag !== undefined
      ? `write '${tag.what} ${text}'`
      : suggest(text, context.reporter.full ? [] : context.scope.names("type"));
  context.report("IDL0401", span, { name: text }, hint);
  return ERROR;
}

function baseType(base: BaseType): ResolvedType {
  if (base === "void") return { kind: "void" };
  if (base === "handle_t") return { kind: "handle" };
  return { kind: "scalar", scalar: base };
}
