import type { Member, StructDefinition, Type } from "@ncalrpc/idl";
import type { ModelIndex } from "./model-index.js";

/**
 * Members or parameters as back ends can derive them. What stands behind pointers of its own kind is left to the caller: a
 * count behind an embedded pointer, whose value is not there yet when the arrays are read; a count of what a full pointer
 * points to, or of an inner dimension; the tag of a union that may be absent, or of which there are several.
 */
export function settled<M extends Member>(
  index: ModelIndex,
  members: readonly M[],
  deferred: boolean,
): readonly M[] {
  const find = (name: string | null): Type | null =>
    members.find((member) => member.name === name)?.type ?? null;
  return members.map((member) => {
    const counted = find(member.countOf);
    const isPlain = !(deferred && index.resolve(member.type).kind === "pointer");
    const countOf =
      isPlain && counted !== null && isCounted(index, counted, member.name) ? member.countOf : null;
    const chosen = find(member.switchOf);
    const switchOf = isPlain && chosen !== null && index.union(chosen) !== null ? member.switchOf : null;
    return countOf === member.countOf && switchOf === member.switchOf
      ? member
      : { ...member, countOf, switchOf };
  });
}

/** Whether the outermost array that a type has, behind pointers that are not full, is sized by `name`. */
function isCounted(index: ModelIndex, type: Type, name: string): boolean {
  const resolved = index.resolve(type);
  if (resolved.kind === "pointer") {
    return resolved.pointer !== "ptr" && isCounted(index, resolved.target, name);
  }
  if (resolved.kind !== "array") return false;
  return [resolved.size, resolved.length].some(
    (control) => control?.kind === "name" && control.name === name,
  );
}

/** The members of a struct. */
export function structMembers(index: ModelIndex, struct: StructDefinition): readonly Member[] {
  return settled(index, struct.members, true);
}

/** Whether values do not have a member: counts and tags that are derived, and [ignore] pointers. */
export function isHidden(member: Member): boolean {
  return member.countOf !== null || member.switchOf !== null || member.ignore;
}

/** Members that values have. */
export function visible<M extends Member>(members: readonly M[]): M[] {
  return members.filter((member) => !isHidden(member));
}
