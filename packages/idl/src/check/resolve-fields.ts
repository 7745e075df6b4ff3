import type { Expression as ModelExpression, Parameter } from "../model.js";
import type { Span } from "../source/span.js";
import type { FieldNode, TypeSpecifier } from "../syntax/ast.js";
import { isDefinition } from "../syntax/parse-type.js";
import { AttributeSet } from "./attribute-set.js";
import { buildType, type TypeUse } from "./build-type.js";
import type { CheckContext } from "./check-context.js";
import { checkComplete, checkValue } from "./check-placement.js";
import { checkRange } from "./check-range.js";
import { contextHandleType } from "./context-handle.js";
import { NameClashes } from "./name-clashes.js";
import { resolveSpecifier } from "./resolve-specifier.js";
import { integerScalar, isContextHandle } from "./resolved-type.js";
import { declaredShape, exposeLevels, type Shape } from "./shape.js";
import type { ResolvedField, ResolvedType, StructSymbol } from "./symbols.js";

/** A field whose base type is known, before attributes can refer to its siblings. */
interface Draft {
  readonly name: string;
  readonly span: Span;
  readonly node: FieldNode;
  readonly attributes: AttributeSet;
  readonly shape: Shape;
  readonly direction: Parameter["direction"] | null;
}

/** Resolves the members of a struct, or the parameters of the method with the given name. */
export function resolveFields(
  nodes: readonly FieldNode[],
  place: "member" | "parameter",
  owner: StructSymbol | string,
  context: CheckContext,
): ResolvedField[] {
  const drafts = draftFields(nodes, place, owner, context);
  const clashes = new NameClashes(context.reporter);
  const byName = new Map<string, Draft>();
  for (const draft of drafts) {
    clashes.add(draft.name, draft.span, true);
    byName.set(draft.name, draft);
  }
  const fields: ResolvedField[] = [];
  for (const draft of drafts) {
    if (place === "parameter" && isBindingHandle(draft, context)) continue;
    const lookup = (name: string, dereference: boolean, span: Span) =>
      lookUpSibling(draft, byName.get(name), name, dereference, span, context);
    const { name, span, attributes, direction } = draft;
    const use: TypeUse = {
      name,
      span,
      place,
      attributes,
      siblings: { what: place, names: byName.keys(), lookup },
    };
    const type = fieldType(draft, use, context);
    fields.push({
      name,
      span,
      doc: draft.node.doc,
      type,
      range: checkRange(type, attributes, context),
      direction,
    });
  }
  return fields;
}

function draftFields(
  nodes: readonly FieldNode[],
  place: "member" | "parameter",
  owner: StructSymbol | string,
  context: CheckContext,
): Draft[] {
  const drafts: Draft[] = [];
  const defined = new Map<TypeSpecifier, ResolvedType>();
  nodes.forEach((node, index) => {
    const attributes = new AttributeSet(node.attributes, place, context);
    if (node.declarator.name === null && place === "member" && isDefinition(node.type)) {
      context.report("IDL0722", node.type.span);
      return;
    }
    const name = node.declarator.name?.text ?? `arg${index}`;
    const span = node.declarator.name?.span ?? node.type.span;
    let base = defined.get(node.type);
    if (base === undefined) {
      const naming = { kind: "nested", owner, member: name } as const;
      base = resolveSpecifier(
        node.type,
        { naming, doc: null, span, wide: attributes.has("v1_enum") },
        context,
      );
      if (isDefinition(node.type)) defined.set(node.type, base);
    }
    const shape = declaredShape(base, node.declarator, context);
    drafts.push({
      name,
      span,
      node,
      attributes,
      shape,
      direction: place === "parameter" ? directionOf(attributes) : null,
    });
  });
  return drafts;
}

/** A parameter without a direction is [in], as in MIDL. */
function directionOf(attributes: AttributeSet): Parameter["direction"] {
  if (!attributes.has("out")) return "in";
  return attributes.has("in") ? "in,out" : "out";
}

/** handle_t selects a binding and is never sent. */
function isBindingHandle(draft: Draft, context: CheckContext): boolean {
  if (draft.shape.base.kind !== "handle") return false;
  if (draft.shape.levels.length > 0 || draft.direction !== "in") context.report("IDL0715", draft.span);
  return true;
}

function fieldType(draft: Draft, use: TypeUse, context: CheckContext): ResolvedType {
  const { attributes, direction } = draft;
  if (attributes.has("context_handle")) return contextHandleType(draft.shape, use, direction, context);
  const type = buildType(draft.shape, use, context);
  if (!checkValue(type, use, context) || !checkComplete(type, use, context)) return { kind: "error" };
  if (!contextHandlePlacement(type, use)) {
    context.report("IDL0717", use.span);
    return { kind: "error" };
  }
  if (direction?.includes("out")) checkOut(type, use, direction, context);
  return type;
}

/** A context handle is a parameter of its own, or behind one ref pointer. */
function contextHandlePlacement(type: ResolvedType, use: TypeUse): boolean {
  const { base, levels } = exposeLevels({ base: type, levels: [] }, 3);
  if (!isContextHandle(base)) return true;
  const plain = levels.every((level) => level.kind === "pointer" && level.pointer === "ref");
  return use.place === "parameter" && plain && levels.length <= 1;
}

/** [out] needs somewhere to put the result, which the caller has to provide. */
function checkOut(
  type: ResolvedType,
  use: TypeUse,
  direction: Parameter["direction"],
  context: CheckContext,
): void {
  const exposed = exposeLevels({ base: type, levels: [] }, 1).levels[0];
  const isArray = type.kind === "array" || type.kind === "string";
  const pointer =
    type.kind === "pointer" ? type.pointer : exposed?.kind === "pointer" ? exposed.pointer : null;
  if (!isArray && exposed === undefined) context.report("IDL0801", use.span, { name: use.name });
  else if (pointer === "unique" && direction === "out")
    context.report("IDL0802", use.span, { name: use.name });
}

/** A sibling's place in an expression of `array`: an integer, or a pointer to one that is dereferenced. */
function lookUpSibling(
  array: Draft,
  sibling: Draft | undefined,
  name: string,
  dereference: boolean,
  span: Span,
  context: CheckContext,
): ModelExpression | null | undefined {
  if (sibling === undefined) return undefined;
  if (sibling.shape.base.kind === "error") return null;
  const { base, levels } = exposeLevels(sibling.shape, dereference ? 1 : 0);
  const isPointer = levels.length === 1 && levels[0]?.kind === "pointer";
  if (integerScalar(base) === null || (dereference ? !isPointer : levels.length > 0)) {
    context.report("IDL0721", span, { name });
    return null;
  }
  if (sibling.direction === "out" && array.direction !== "out") {
    context.report("IDL0803", span, { name, array: array.name });
    return null;
  }
  return { kind: "name", name, dereference };
}
