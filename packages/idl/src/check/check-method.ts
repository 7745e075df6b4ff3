import { isStatus } from "../acf/apply-acf.js";
import type { Attribute as ModelAttribute } from "../model.js";
import type { MethodNode } from "../syntax/ast.js";
import type { AttributeSet } from "./attribute-set.js";
import { buildType, type TypeUse } from "./build-type.js";
import type { CheckContext } from "./check-context.js";
import { checkComplete, checkValue } from "./check-placement.js";
import { contextHandleType } from "./context-handle.js";
import { resolveFields } from "./resolve-fields.js";
import { resolveSpecifier } from "./resolve-specifier.js";
import { isOpaque } from "./resolved-type.js";
import { declaredShape, exposeLevels } from "./shape.js";
import type { ResolvedMethod, ResolvedType } from "./symbols.js";

/** Resolves one remote procedure. */
export function checkMethod(
  node: MethodNode,
  attributes: AttributeSet,
  opnum: number,
  context: CheckContext,
): ResolvedMethod {
  const { name, doc } = node;
  const parameters = resolveFields(node.parameters, "parameter", name.text, context);
  const returns = resultType(node, attributes, context);
  return {
    name: name.text,
    doc,
    span: name.span,
    foreign: attributes.foreign,
    opnum,
    idempotent: attributes.has("idempotent") || attributes.has("broadcast"),
    maybe: attributes.has("maybe"),
    broadcast: attributes.has("broadcast"),
    message: attributes.has("message"),
    callAs: attributes.get("call_as")?.text ?? null,
    attributes: [...attributes.extra, ...statusAttributes(node)],
    parameters,
    returns,
  };
}

/** Where a failure's status goes: the attributes of parameters, with their names as text. */
function statusAttributes(node: MethodNode): ModelAttribute[] {
  const own = node.parameters.flatMap(({ attributes, declarator }) =>
    attributes.filter(isStatus).map(({ name }) => ({ name: name.text, text: declarator.name?.text ?? "" })),
  );
  return [...own, ...node.statuses.map(({ attribute, parameter }) => ({ name: attribute, text: parameter }))];
}

function resultType(node: MethodNode, attributes: AttributeSet, context: CheckContext): ResolvedType | null {
  const naming = { kind: "nested", owner: node.name.text, member: "result" } as const;
  const base = resolveSpecifier(
    node.returns,
    { naming, doc: null, span: node.name.span, wide: false, attributes },
    context,
  );
  const shape = declaredShape(base, node.declarator, context);
  if (base.kind === "void" && shape.levels.length === 0) {
    const attribute = attributes.first("string", "ref", "unique", "ptr", "context_handle");
    if (attribute !== undefined) context.report("IDL0714", node.returns.span);
    return null;
  }
  const use: TypeUse = {
    name: node.name.text,
    span: node.returns.span,
    place: "method",
    attributes,
    siblings: null,
  };
  if (attributes.has("context_handle"))
    return checkHandleResult(contextHandleType(shape, use, null, context), use, context);
  const type = buildType(shape, use, context);
  if (type.kind === "foreign") return type;
  if (isOpaque(type)) return { kind: "foreign", feature: "a pointer to void" };
  if (!checkValue(type, use, context) || !checkComplete(type, use, context)) return { kind: "error" };
  const refused = refusal(type);
  if (refused === null) return type;
  context.report("IDL0804", use.span, { what: refused });
  return { kind: "error" };
}

function checkHandleResult(type: ResolvedType, use: TypeUse, context: CheckContext): ResolvedType {
  if (type.kind === "pointer") context.report("IDL0717", use.span);
  return type;
}

/** What kinds of results IDL does not have: arrays, ref pointers, handles behind pointers. */
function refusal(type: ResolvedType): string | null {
  const { base, levels } = exposeLevels({ base: type, levels: [] }, 1);
  const [level] = levels;
  if (type.kind === "array" || type.kind === "string" || level?.kind === "array") return "an array";
  if (level?.kind !== "pointer") return null;
  if (level.pointer === "ref") return "a ref pointer";
  return base.kind === "named" && base.symbol.kind === "context_handle"
    ? "a pointer to a context handle"
    : null;
}
