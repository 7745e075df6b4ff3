import type { SystemHandleKind, SystemHandleType } from "../model.js";
import type { TypeUse } from "./build-type.js";
import type { CheckContext } from "./check-context.js";
import { integerScalar, withoutAliases } from "./resolved-type.js";
import { exposeLevels, type Shape } from "./shape.js";
import { suggest } from "./suggest.js";

/** The words of MIDL for what a handle gives access to. */
const KINDS: ReadonlyMap<string, SystemHandleKind> = new Map([
  ["sh_composition", "composition"],
  ["sh_event", "event"],
  ["sh_file", "file"],
  ["sh_job", "job"],
  ["sh_mutex", "mutex"],
  ["sh_pipe", "pipe"],
  ["sh_process", "process"],
  ["sh_reg_key", "reg_key"],
  ["sh_section", "section"],
  ["sh_semaphore", "semaphore"],
  ["sh_socket", "socket"],
  ["sh_thread", "thread"],
  ["sh_token", "token"],
]);

/** More levels than any use has. */
const MOST_LEVELS = 16;

/**
 * What `[system_handle(kind, access)]` makes of a declaration: the `void *` of a HANDLE, or an integer that holds one, becomes the
 * handle, and the levels around it stay.
 */
export function systemHandleShape(declared: Shape, use: TypeUse, context: CheckContext): Shape {
  const attribute = use.attributes.get("system_handle");
  const { base, levels } = exposeLevels(declared, MOST_LEVELS);
  const innermost = withoutAliases(base).kind;
  if (attribute === undefined || innermost === "error" || innermost === "foreign") return declared;
  const [word = "", ...access] = (attribute.text ?? "").split(",");
  const handle = KINDS.get(word.trim());
  if (handle === undefined) {
    context.report("IDL0733", attribute.span, { kind: word.trim() }, suggest(word.trim(), KINDS.keys()));
    return { base: { kind: "error" }, levels: [] };
  }
  const isPointer = innermost === "void" && levels.at(-1)?.kind === "pointer";
  if (!isPointer && integerScalar(base) === null) {
    context.report("IDL0734", use.span);
    return { base: { kind: "error" }, levels: [] };
  }
  const around = isPointer ? levels.slice(0, -1) : levels;
  const type: SystemHandleType = {
    kind: "system_handle",
    handle,
    access: access.length === 0 ? null : access.join(",").trim(),
    nullable: around.length === 0 && use.attributes.first("unique", "ptr") !== undefined,
  };
  return { base: type, levels: around };
}
