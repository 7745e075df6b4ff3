import type { Method, SystemHandleType, Type } from "@ncalrpc/idl";
import { type Composite, heldTypes, type ModelIndex } from "./model-index.js";

/** Whether system handles are among what a value may hold, through pointers too. */
export function holdsSystemHandles(index: ModelIndex, type: Type): boolean {
  return systemHandles(index, type).length > 0;
}

/** The handles that a value may hold, through pointers too. */
function systemHandles(index: ModelIndex, type: Type): SystemHandleType[] {
  const composites = new Set<Composite>();
  index.collect(type, composites);
  return [type, ...[...composites].flatMap(heldTypes)].flatMap((held) => handleOf(index, held) ?? []);
}

/** The handle that a type is, that it points to, or that it is an array of; null if it is none of these. */
function handleOf(index: ModelIndex, type: Type): SystemHandleType | null {
  const resolved = index.resolve(type);
  if (resolved.kind === "pointer") return handleOf(index, resolved.target);
  if (resolved.kind === "array") return handleOf(index, resolved.element);
  if (resolved.kind === "definition" && resolved.definition.kind === "hooked") {
    return handleOf(index, resolved.definition.wire);
  }
  return resolved.kind === "system_handle" ? resolved : null;
}

/** Which messages of a method carry system handles; null if neither request nor response does. */
export function systemHandleDirection(index: ModelIndex, method: Method): "in" | "out" | "in,out" | null {
  const holding = method.parameters.filter(({ type }) => holdsSystemHandles(index, type));
  const isIn = holding.some(({ direction }) => direction !== "out");
  const isOut = holding.some(({ direction }) => direction !== "in");
  if (isIn && isOut) return "in,out";
  return isIn ? "in" : isOut ? "out" : null;
}

/** The access masks that a method's handles are to be handed over with, each with its kind, as written. */
export function systemHandleMasks(index: ModelIndex, { parameters }: Method): readonly string[] {
  const handles = parameters.flatMap(({ type }) => systemHandles(index, type));
  return [
    ...new Set(handles.flatMap(({ handle, access }) => (access === null ? [] : [`sh_${handle}, ${access}`]))),
  ];
}
