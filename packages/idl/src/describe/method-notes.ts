import type { Method } from "../model.js";
import type { Definitions } from "./definitions.js";

/** What an access rule of this method has to reckon with. */
export function methodNotes(method: Method, definitions: Definitions, isUnbounded: boolean): string[] {
  const notes: string[] = [];
  const handles = (direction: "in" | "out") =>
    method.parameters.filter(
      (parameter) => parameter.direction.includes(direction) && isHandle(parameter.type, definitions),
    );
  const given = handles("in").map(({ name }) => name);
  if (given.length > 0)
    notes.push(`works on the context handle ${given.join(", ")}: access was decided when it was opened`);
  const returnsHandle = method.returns !== null && isHandle(method.returns, definitions);
  const made = method.parameters.some(
    ({ direction, type }) => direction === "out" && isHandle(type, definitions),
  );
  if (made || returnsHandle) notes.push("opens a context handle: what it may be used for is decided here");
  if (isUnbounded) notes.push("a request has no upper bound but the server's own limit");
  if (method.idempotent) notes.push("idempotent: a caller may send it again");
  if (method.maybe) notes.push("maybe: the caller does not learn whether it was refused");
  if (method.broadcast) notes.push("broadcast: every server of a network may run it");
  return notes;
}

function isHandle(type: Method["parameters"][number]["type"], definitions: Definitions): boolean {
  const { type: bare } = definitions.resolve(type);
  if (bare.kind === "pointer") return isHandle(bare.target, definitions);
  return bare.kind === "definition" && bare.definition.kind === "context_handle";
}
