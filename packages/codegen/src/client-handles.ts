import type { Parameter } from "@ncalrpc/idl";
import type { Argument } from "./client-code.js";
import { braced, call, conditionalProperty, type Doc } from "./doc.js";
import type { MethodShape } from "./method-shape.js";
import type { HandleUse } from "./model-index.js";
import type { ModuleContext } from "./module-context.js";
import { isNullableResult } from "./result-type.js";

/** The response with handles in place of their ids. */
export function withHandles(
  context: ModuleContext,
  shape: MethodShape,
  parameters: readonly Argument[],
  client: string,
): Doc {
  if (typeof shape.response !== "string") {
    return braced(handleProperties(context, shape, parameters, client));
  }
  const [returned] = shape.outs;
  const handle = returned === undefined ? null : context.index.contextHandle(returned.type);
  return handle === null ? "response" : call(`new ${classOf(context, handle)}`, client, "response");
}

/** The properties of the result, of which handles and arrays of them are no longer ids. */
export function handleProperties(
  context: ModuleContext,
  shape: MethodShape,
  parameters: readonly Argument[],
  client: string,
): Doc[] {
  const members = typeof shape.response === "string" ? [] : shape.response;
  return members.map((member): Doc => {
    const property = shape.properties.get(member.name) ?? member.name;
    const text = `response.${property}`;
    const handle = context.index.contextHandle(member.type);
    if (handle === null) return [property, ": ", text];
    const before = parameters.find(({ parameter }) => parameter.name === member.name);
    const isNullable = isNullableResult(shape, member);
    const canBeNull = handle.isArray ? handle.isOptional : before === undefined && isNullable;
    const value = handle.isArray
      ? arrayAfter(context, handle, { text, before, isNullable, client })
      : handleAfter(context, handle, { text, before, client });
    if (!canBeNull) return [property, ": ", value];
    return conditionalProperty(property, `${text} === null`, "null", value);
  });
}

/** What the response has in place of handles, and the argument that it replaces. */
interface Returned {
  readonly text: string;
  /** Undefined for an [out] parameter. */
  readonly before: Argument | undefined;
  readonly client: string;
}

function handleAfter(context: ModuleContext, handle: HandleUse, { text, before, client }: Returned): Doc {
  const type = classOf(context, handle);
  if (before === undefined) return call(`new ${type}`, client, text);
  return call("this.contextAfter", before.local, text, `(id) => new ${type}(${client}, id)`);
}

function arrayAfter(
  context: ModuleContext,
  handle: HandleUse,
  { text, before, isNullable, client }: Returned & { readonly isNullable: boolean },
): Doc {
  const make = `(id) => new ${classOf(context, handle)}(${client}, id)`;
  if (before === undefined && !isNullable) return call(`${text}.map`, make);
  return call("this.contextsAfter", before?.local ?? "[]", text, make);
}

function classOf(context: ModuleContext, { unit, name }: HandleUse): string {
  return context.handleClass(unit.name, name);
}

/** A property of the request, with ids in place of handles. */
export function requestProperty(context: ModuleContext, shape: MethodShape, argument: Argument): Doc {
  const { parameter, property, local } = argument;
  const handle = context.index.contextHandle(parameter.type);
  if (handle === null) return property === local ? property : `${property}: ${local}`;
  const id = `this.${handle.isArray ? "contextIds" : "contextId"}(${local})`;
  const canBeNull = handle.isArray ? handle.isOptional : isNullableHandle(shape, parameter);
  if (!canBeNull) return `${property}: ${id}`;
  return conditionalProperty(property, `${local} === null`, "null", id);
}

/** An [in, out] handle may be null, but not one that its method is there to close. */
export function isNullableHandle(shape: MethodShape, parameter: Parameter): boolean {
  return parameter.direction === "in,out" && shape.closes === null;
}
