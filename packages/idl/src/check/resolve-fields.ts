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
import {
  integerScalar,
  isContextHandle,
  isDiscriminant,
  isOpaque,
  isPipe,
  withoutAliases,
} from "./resolved-type.js";
import { declaredShape, exposeLevels, type Shape } from "./shape.js";
import type { AggregateSymbol, ResolvedField, ResolvedType } from "./symbols.js";
import { systemHandleShape } from "./system-handle.js";

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
  owner: AggregateSymbol | string,
  context: CheckContext,
): ResolvedField[] {
  const drafts = draftFields(nodes, place, owner, context);
  const clashes = new NameClashes(context.reporter);
  const byName = new Map<string, Draft>();
  for (const draft of drafts) {
    // pidl's unions may call several arms the same.
    const isArm = typeof owner !== "string" && owner.kind === "union";
    clashes.add(draft.name, draft.span, !isArm || context.dialect !== "pidl");
    byName.set(draft.name, draft);
  }
  const fields: ResolvedField[] = [];
  for (const draft of drafts) {
    if (place === "parameter" && isBindingHandle(draft, context)) continue;
    const lookup = (name: string, dereference: boolean, span: Span) =>
      lookUpSibling(draft, byName.get(name), { name, dereference, span, takes: isInteger }, context);
    const discriminant = (name: string, dereference: boolean, span: Span) =>
      lookUpSibling(draft, byName.get(name), { name, dereference, span, takes: isDiscriminant }, context);
    const typeOf = (name: string) => {
      const sibling = byName.get(name);
      return sibling === undefined ? null : selectorType(sibling);
    };
    const { name, span, attributes, direction } = draft;
    const use: TypeUse = {
      name,
      span,
      place,
      attributes,
      siblings: { what: place, names: byName.keys(), lookup, discriminant, typeOf },
    };
    const type = fieldType(draft, use, context);
    fields.push({
      name,
      span,
      doc: draft.node.doc,
      type,
      range: checkRange(type, attributes, context),
      direction,
      node: draft.node,
      ignore: attributes.has("ignore"),
      disableConsistencyCheck: attributes.has("disable_consistency_check"),
      partialIgnore: attributes.has("partial_ignore"),
    });
  }
  return fields;
}

/** The type of a value that an expression names, its pointers followed. */
function selectorType({ shape }: Draft): ResolvedType {
  const { base } = exposeLevels(shape, shape.levels.length + 1);
  return isDiscriminant(base) ? base : shape.base;
}

function isInteger(type: ResolvedType): boolean {
  return integerScalar(type) !== null;
}

function draftFields(
  nodes: readonly FieldNode[],
  place: "member" | "parameter",
  owner: AggregateSymbol | string,
  context: CheckContext,
): Draft[] {
  const drafts: Draft[] = [];
  const defined = new Map<TypeSpecifier, ResolvedType>();
  nodes.forEach((node, index) => {
    const attributes = new AttributeSet(node.attributes, place, context);
    const name = node.declarator.name?.text ?? unnamed(node, place, index, drafts);
    if (name === null) {
      context.report("IDL0722", node.type.span);
      return;
    }
    const span = node.declarator.name?.span ?? node.type.span;
    let base = defined.get(node.type);
    if (base === undefined) {
      const naming = { kind: "nested", owner, member: name } as const;
      base = resolveSpecifier(
        node.type,
        { naming, doc: null, span, wide: attributes.has("v1_enum"), attributes },
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

/** What Windows headers call a struct or union without a name: `s` and `u`, then `s2` and `u2`. Null for anything else. */
function unnamed(
  node: FieldNode,
  place: "member" | "parameter",
  index: number,
  drafts: readonly Draft[],
): string | null {
  if (place === "parameter") return `arg${index}`;
  if (node.declarator.unsupported !== null) return `unnamed${index}`;
  if (!isDefinition(node.type) || (node.type.kind !== "struct" && node.type.kind !== "union")) return null;
  const letter = node.type.kind === "struct" ? "s" : "u";
  const taken = new Set(drafts.map((draft) => draft.name));
  let name = letter;
  for (let count = 2; taken.has(name); count += 1) name = `${letter}${count}`;
  return name;
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
  if (attributes.foreign !== null) return { kind: "foreign", feature: attributes.foreign };
  if (attributes.has("context_handle")) return contextHandleType(draft.shape, use, direction, context);
  if (use.place === "member" && withoutAliases(draft.shape.base).kind === "handle")
    return { kind: "foreign", feature: "a binding handle" };
  const shape = attributes.has("system_handle") ? systemHandleShape(draft.shape, use, context) : draft.shape;
  const type = buildType(shape, use, context);
  if (type.kind === "foreign") return type;
  if (isOpaque(type)) return { kind: "foreign", feature: "a pointer to void" };
  if (!checkValue(type, use, context) || !checkComplete(type, use, context)) return { kind: "error" };
  if (!handlePlacement(type, use)) {
    context.report(
      isPipe(exposeLevels({ base: type, levels: [] }, 3).base) ? "IDL0730" : "IDL0717",
      use.span,
    );
    return { kind: "error" };
  }
  if (direction?.includes("out") && !isPipe(type) && !checkOut(type, use, direction, context))
    return { kind: "foreign", feature: "a result without a pointer" };
  checkPlaceholder(type, use, direction, context);
  return type;
}

/** `ignore` and `partial_ignore` are for pointers that can be null. */
function checkPlaceholder(
  type: ResolvedType,
  use: TypeUse,
  direction: Parameter["direction"] | null,
  context: CheckContext,
): void {
  const attribute = use.attributes.first("ignore", "partial_ignore");
  if (attribute === undefined) return;
  const { text } = attribute.name;
  const bare = withoutAliases(type);
  if (bare.kind !== "pointer") context.report("IDL0718", attribute.span, { attribute: text });
  else if (text === "partial_ignore" && (direction !== "in,out" || bare.pointer !== "unique"))
    context.report("IDL0732", attribute.span);
}

/** A context handle or a pipe is a parameter of its own, or behind one pointer; a handle is an element of an array, too. */
function handlePlacement(type: ResolvedType, use: TypeUse): boolean {
  const { base, levels } = exposeLevels({ base: type, levels: [] }, 3);
  if (isPipe(base)) return levels.length <= 1 && use.place === "parameter";
  if (!isContextHandle(withoutLevels(type))) return true;
  return use.place === "parameter" && (isHandleArray(type) || isHandleReference(type));
}

/** What all pointers and arrays lead to. */
function withoutLevels(type: ResolvedType): ResolvedType {
  const bare = withoutAliases(type);
  if (bare.kind === "pointer") return withoutLevels(bare.target);
  return bare.kind === "array" ? withoutLevels(bare.element) : bare;
}

/** A context handle, or a reference to one. */
function isHandleReference(type: ResolvedType): boolean {
  const bare = withoutAliases(type);
  if (bare.kind !== "pointer") return isContextHandle(bare);
  return bare.pointer === "ref" && isContextHandle(bare.target);
}

/** An array of context handles (MS-RPCE 2.2.4.3), which one of the pointers to it may leave out. */
function isHandleArray(type: ResolvedType, canBeNull = true): boolean {
  const bare = withoutAliases(type);
  if (bare.kind === "array") return isContextHandle(bare.element);
  if (bare.kind !== "pointer" || bare.pointer === "ptr") return false;
  if (bare.pointer === "unique" && !canBeNull) return false;
  return isHandleArray(bare.target, canBeNull && bare.pointer === "ref");
}

/** [out] needs somewhere to put the result, which the caller has to provide. False if pidl's does not. */
function checkOut(
  type: ResolvedType,
  use: TypeUse,
  direction: Parameter["direction"],
  context: CheckContext,
): boolean {
  const strict = context.dialect !== "pidl" && context.unit.kind === "interface";
  const exposed = exposeLevels({ base: type, levels: [] }, 1).levels[0];
  const isArray = type.kind === "array" || type.kind === "string";
  const pointer =
    type.kind === "pointer" ? type.pointer : exposed?.kind === "pointer" ? exposed.pointer : null;
  if (!isArray && exposed === undefined) {
    if (context.dialect === "pidl") return false;
    context.report("IDL0801", use.span, { name: use.name });
  } else if (pointer !== null && pointer !== "ref" && direction === "out" && strict)
    context.report("IDL0802", use.span, { name: use.name });
  return true;
}

/** A sibling's place in an expression of `array`: an integer, or a pointer to one that is dereferenced. */
function lookUpSibling(
  array: Draft,
  sibling: Draft | undefined,
  use: {
    readonly name: string;
    readonly dereference: boolean;
    readonly span: Span;
    readonly takes: (type: ResolvedType) => boolean;
  },
  context: CheckContext,
): ModelExpression | null | undefined {
  const { name, dereference, span } = use;
  if (sibling === undefined) return undefined;
  if (sibling.shape.base.kind === "error") return null;
  const { base, levels } = exposeLevels(sibling.shape, dereference ? 1 : 0);
  const isPointer = levels.length === 1 && levels[0]?.kind === "pointer";
  if (!use.takes(base) || (dereference ? !isPointer : levels.length > 0)) {
    context.report("IDL0721", span, { name });
    return null;
  }
  if (sibling.direction === "out" && array.direction !== "out" && context.unit.kind === "interface") {
    context.report("IDL0803", span, { name, array: array.name });
    return null;
  }
  return { kind: "name", name, dereference };
}
