import type { Expression, Member, Type } from "@ncalrpc/idl";
import { type Doc, ifBlock } from "./doc.js";
import { operandNames } from "./expression.js";
import { arrayControls, type Frame, tagTerm, tagText } from "./frame.js";
import { isVarying, type ModelIndex } from "./model-index.js";
import { checkAtMost, checkEqual } from "./read-checks.js";
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
 * Checks of a struct's member `text` against counts or a tag that pointers of the struct hold, once those are read: what stands in
 * place comes before any referent, and a referent before those of later members. Throws UnsupportedError for what the value does not
 * tell any more.
 */
export function lateChecks(index: ModelIndex, member: Member, text: string, whole: Frame): Doc[] {
  const named = { label: member.name, frame: whole };
  const refuse = (): never => {
    throw new UnsupportedError([
      `${whole.label}.${member.name}: a size or tag that is named by a pointer whose referent comes later`,
    ]);
  };
  const nullable = index.isNullable(member.type);
  const resolved = index.resolve(member.type);
  const target = resolved.kind === "pointer" ? index.resolve(resolved.target) : resolved;
  if (resolved.kind === "pointer" && index.isBoxed(resolved)) return refuse();
  const equal = (present: string, absent: string, expected: Expression, control: string): Doc[] =>
    checkEqual(named, nullable ? absent : present, expected, control);
  switch (target.kind) {
    case "array": {
      const count = isVarying(target) ? target.length : target.size;
      const others = [...(isVarying(target) ? [target.size, target.first] : [])].flatMap(operandNames);
      if (
        count === null ||
        [...others, ...controlsOf(index, target.element)].some((name) => !isPlain(index, whole, name))
      )
        return refuse();
      return equal(
        `${text}.length`,
        `${text}?.length ?? 0`,
        count,
        isVarying(target) ? "length_is" : "size_is",
      );
    }
    case "string": {
      if (target.size === null) return refuse();
      const units = nullable ? `(${text} === null ? 0 : ${text}.length + 1)` : `${text}.length + 1`;
      return checkAtMost(named, units, target.size, "size_is");
    }
    case "definition": {
      const { definition, switchIs } = target;
      if (definition.kind !== "union" || switchIs === null) return refuse();
      const tag = tagTerm(index, definition, tagText(definition, text));
      const checks = checkEqual(named, tag.text, switchIs, "switch_is");
      return nullable ? [ifBlock(`${text} !== null`, checks)] : checks;
    }
    default:
      return refuse();
  }
}

/** Whether a member is there before any referent is read. */
function isPlain(index: ModelIndex, frame: Frame, name: string): boolean {
  return index.resolve(frame.member(name).type).kind !== "pointer";
}
