import type { Member } from "@ncalrpc/idl";
import { braced, type Doc } from "./doc.js";
import { handleText } from "./handle-text.js";
import { responseType } from "./method-code.js";
import type { MethodShape } from "./method-shape.js";
import type { ModuleContext } from "./module-context.js";
import { hasStatuses, isBare, type ResultProperty, statusProperties } from "./status-code.js";

/** A type literal on one line or, broken, one property a line. */
function typeLiteral(properties: readonly Doc[]): Doc {
  return braced(properties, ";", { kind: "ifBroken", text: ";" });
}

/** An [out] handle may be null if a return value can say why. */
export function isNullableResult(shape: MethodShape, member: Member): boolean {
  if (shape.ins.some(({ name }) => name === member.name)) return true;
  return shape.method.returns !== null && member.name !== "return";
}

/** What a client's method gives: the response with handles in place of their ids. */
export function clientResult(context: ModuleContext, shape: MethodShape): Doc {
  const handleType = (unit: string, name: string): string => context.typeName(unit, name, "type");
  if (!hasStatuses(shape) || isBare(shape)) return resultType(context, shape, false, handleType);
  const { pipes, values } = resultParts(context, shape, false, handleType);
  return typeLiteral(statusProperties(shape, [...pipes, ...values]));
}

/** The response with another type in place of each context handle, and its pipes. */
export function resultType(
  context: ModuleContext,
  shape: MethodShape,
  isSource: boolean,
  handleType: (unit: string, name: string) => string,
): Doc {
  if (!shape.responseHasHandles && shape.outPipes.length === 0) return responseType(context, shape);
  const { pipes, values } = resultParts(context, shape, isSource, handleType);
  if (typeof shape.response === "string" && pipes.length === 0) return values[0]?.type ?? "void";
  const properties = typeof shape.response === "string" ? pipes : [...pipes, ...values];
  return typeLiteral(properties.map(({ property, type }) => `${property}: ${type}`));
}

/** What a result has: pipes, and what the response has, or the return value by itself. */
function resultParts(
  context: ModuleContext,
  shape: MethodShape,
  isSource: boolean,
  handleType: (unit: string, name: string) => string,
): { readonly pipes: readonly ResultProperty[]; readonly values: readonly ResultProperty[] } {
  const typeOf = (member: Member): string => {
    const handle = context.index.contextHandle(member.type);
    if (handle === null) return context.typeText(member.type);
    return handleText(handle, handleType(handle.unit.name, handle.name), isNullableResult(shape, member));
  };
  const property = (member: Member, type: string): ResultProperty => ({
    property: shape.properties.get(member.name) ?? member.name,
    type,
  });
  const members = typeof shape.response === "string" ? shape.outs : shape.response;
  return {
    pipes: shape.outPipes.map((member) => property(member, context.streamText(member.type, isSource))),
    values: members.map((member) => property(member, typeOf(member))),
  };
}
