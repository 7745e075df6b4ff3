import type { Member, Type } from "@ncalrpc/idl";
import type { Doc } from "./doc.js";
import { operandNames } from "./expression.js";
import { arrayControls, type Frame, tagTerm, tagText } from "./frame.js";
import { isVarying, type ModelIndex } from "./model-index.js";
import { checkEqual } from "./read-checks.js";
import { UnsupportedError } from "./unsupported.js";

/** The members that the sizes and tags within a value name. */
export function controlsOf(index: ModelIndex, type: Type): string[] {
  const resolved = index.resolve(type);
  switch (resolved.kind) {
    case "pointer":
      return controlsOf(index, resolved.target);
    case "array":
      return [...arrayControls(resolved), ...controlsOf(index, resolved.element)];
    case "string":
      return operandNames(resolved.size);
    case "definition":
      return operandNames(resolved.switchIs);
    default:
      return [];
  }
}

/**
 * Those of them that are named by what is reached again and again: by elements that are pointers, and behind full pointers. What
 * each of those was read with is not kept.
 */
export function innerControls(index: ModelIndex, type: Type, isElement = false): string[] {
  const resolved = index.resolve(type);
  if (resolved.kind === "array") return innerControls(index, resolved.element, true);
  if (resolved.kind !== "pointer") return [];
  if (isElement || resolved.pointer === "ptr") return controlsOf(index, resolved.target);
  return innerControls(index, resolved.target);
}

/** Throws UnsupportedError for a member whose size or tag cannot be checked once the pointer is read that has it. */
export function refuseLate({ label }: Frame, member: Member): never {
  throw new UnsupportedError([
    `${label}.${member.name}: a size or tag that is named by a pointer whose referent comes later (let the struct hold the number itself)`,
  ]);
}

/**
 * Checks of a struct's member `text` that lies in place against counts or a tag that pointers of the struct hold, which are read
 * behind it. Throws UnsupportedError for what the value does not tell any more.
 */
export function lateChecks(index: ModelIndex, member: Member, text: string, whole: Frame): Doc[] {
  const named = { label: member.name, frame: whole };
  const resolved = index.resolve(member.type);
  const isLate = (name: string): boolean => index.resolve(whole.member(name).type).kind === "pointer";
  if (resolved.kind === "array") {
    const count = isVarying(resolved) ? resolved.length : resolved.size;
    const others = [...(isVarying(resolved) ? [resolved.size, resolved.first] : [])].flatMap(operandNames);
    if (count === null || [...others, ...controlsOf(index, resolved.element)].some(isLate))
      return refuseLate(whole, member);
    return checkEqual(named, `${text}.length`, count, isVarying(resolved) ? "length_is" : "size_is");
  }
  if (resolved.kind !== "definition" || resolved.definition.kind !== "union" || resolved.switchIs === null)
    return refuseLate(whole, member);
  const tag = tagTerm(index, resolved.definition, tagText(resolved.definition, text));
  return checkEqual(named, tag.text, resolved.switchIs, "switch_is");
}
