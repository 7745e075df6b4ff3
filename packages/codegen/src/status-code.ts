import type { Method, Parameter } from "@ncalrpc/idl";
import { block, callWithObject, type Doc } from "./doc.js";
import type { MethodShape } from "./method-shape.js";
import type { ModelIndex } from "./model-index.js";
import type { ModuleContext } from "./module-context.js";
import { scalarLayout } from "./scalar-layout.js";

/** Where the status of a call that failed goes, by IDL names: `return` is the return value. */
export interface Statuses {
  readonly comm: string | null;
  readonly fault: string | null;
  /** Those that are no parameters: they are 0 where the call succeeded. */
  readonly hidden: readonly string[];
}

/** The IDL name of the return value among the names of parameters. */
export const returnName = "return";

/** What a method says by [comm_status] and [fault_status], as far as what is to get the status can have it. */
export function statusesOf(index: ModelIndex, method: Method): Statuses {
  const target = (attribute: string): string | null => {
    const found = method.attributes.find(({ name }) => name === attribute);
    if (found === undefined) return null;
    const name = found.text ?? returnName;
    return canHoldStatus(index, method, name) ? name : null;
  };
  const comm = target("comm_status");
  const fault = target("fault_status");
  const names = new Set([comm, fault].filter((name) => name !== null));
  const sent = new Set([returnName, ...method.parameters.map(({ name }) => name)]);
  return { comm, fault, hidden: [...names].filter((name) => !sent.has(name)) };
}

/** Whether the return value or a parameter is an integer that comes back, or no parameter of the IDL. */
export function canHoldStatus(index: ModelIndex, method: Method, name: string): boolean {
  if (name === returnName) return method.returns !== null && isInteger(index, method.returns);
  const parameter = method.parameters.find((each) => each.name === name);
  return parameter === undefined ? name !== "" : isReturned(parameter) && isInteger(index, parameter.type);
}

function isReturned({ direction, countOf, switchOf }: Parameter): boolean {
  return direction !== "in" && countOf === null && switchOf === null;
}

function isInteger(index: ModelIndex, type: Parameter["type"]): boolean {
  const resolved = index.resolve(type);
  if (resolved.kind === "pointer") return resolved.pointer === "ref" && isInteger(index, resolved.target);
  return resolved.kind === "scalar" && scalarLayout(resolved.scalar).type === "number";
}

export function hasStatuses({ statuses }: MethodShape): boolean {
  return statuses.comm !== null || statuses.fault !== null;
}

/** One property of a method's result. */
export interface ResultProperty {
  readonly property: string;
  readonly type: string;
}

/** The properties that get the status. */
function targets({ statuses, properties }: MethodShape): string[] {
  const names = new Set([statuses.comm, statuses.fault].filter((name) => name !== null));
  return [...names].map((name) => properties.get(name) ?? name);
}

/** Whether the status is the whole result. */
export function isBare(shape: MethodShape): boolean {
  return shape.response === "value" && shape.outPipes.length === 0 && shape.statuses.hidden.length === 0;
}

/** The properties of a result's type: of a call that failed, there is no more than its status. */
export function statusProperties(shape: MethodShape, result: readonly ResultProperty[]): string[] {
  const { statuses, properties } = shape;
  const held = new Set(targets(shape));
  return [
    ...result.map(({ property, type }) => `${property}${held.has(property) ? "" : "?"}: ${type}`),
    ...statuses.hidden.map((name) => `${properties.get(name)}: number`),
  ];
}

/** A method's statements with what they make of a failure. */
export function statusBody(
  context: ModuleContext,
  shape: MethodShape,
  body: readonly Doc[],
  isAsync: boolean,
  isSync: boolean,
): Doc[] {
  const { statuses, properties } = shape;
  const { comm, fault, hidden } = statuses;
  const name = (idl: string): string => properties.get(idl) ?? idl;
  const statements: Doc[] = [[block(`const called = ${isAsync ? "async " : ""}() =>`, body), ";"]];
  const own = hidden.map((idl) => `, ${name(idl)}: 0`).join("");
  if (hidden.length > 0) {
    const wait = isSync ? "called()" : "await called()";
    const isNothing = shape.response === "nothing" && shape.outPipes.length === 0;
    const isValue = shape.response === "value" && shape.outPipes.length === 0;
    const result = isValue ? `${name(returnName)}: result` : "...result";
    const complete = isNothing
      ? [`${wait};`, `return { ${own.slice(2)} };`]
      : [`const result = ${wait};`, `return { ${result}${own} };`];
    statements.push([block(`const completed = ${isSync ? "" : "async "}() =>`, complete), ";"]);
  }
  const handler = (target: string | null): string[] => {
    if (target === null) return [];
    if (isBare(shape)) return ["(status) => status"];
    const values = targets(shape).map((property) =>
      property === name(target)
        ? property === "status"
          ? property
          : `${property}: status`
        : `${property}: 0`,
    );
    return [`(status) => ({ ${values.join(", ")} })`];
  };
  const handlers = [
    ...handler(comm).map((text) => `comm: ${text}`),
    ...handler(fault).map((text) => `fault: ${text}`),
  ];
  const called = hidden.length > 0 ? "completed" : "called";
  const library = context.library(isSync ? "withStatusSync" : "withStatus");
  return [...statements, ["return ", callWithObject(library, [called], handlers), ";"]];
}
