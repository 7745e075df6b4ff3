import type { ServerCall } from "./server-call.js";

/**
 * For generated code: of an [in, out] array of handles, closes those whose place the handler made null. `before` are the ids of
 * the request, `after` is what the handler left in their places; a place that did not come back keeps what it had.
 */
export function closeContexts(
  call: Pick<ServerCall, "closeContext">,
  typeName: string,
  before: readonly (string | null)[] | null,
  after: readonly (object | null)[] | null,
): void {
  const closed = new Set(before?.filter((id, place) => id !== null && after?.[place] === null));
  for (const id of closed) {
    if (id !== null) {
      call.closeContext(typeName, id);
    }
  }
}
