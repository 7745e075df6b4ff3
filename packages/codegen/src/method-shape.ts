import type { Expression, Member, Method, Parameter, Type } from "@ncalrpc/idl";
import { operandNames } from "./expression.js";
import { arrayControls } from "./frame.js";
import { type ModelIndex, visible } from "./model-index.js";
import type { ModuleContext } from "./module-context.js";
import { camelCase, memberScope } from "./names.js";
import type { MethodNames } from "./unit-names.js";

/** A method as the parts of its stubs see it. */
export interface MethodShape {
  readonly method: Method;
  readonly names: MethodNames;
  /** Property names of parameters by their IDL name, and under `return` that of the return value. */
  readonly properties: ReadonlyMap<string, string>;
  /** What is sent to the server, in order. */
  readonly ins: readonly Parameter[];
  /** What is sent back, in order, with the return value last. */
  readonly outs: readonly Member[];
  /** What the client passes. */
  readonly request: readonly Parameter[];
  /** What it gets back: nothing, the return value, or an object of these. */
  readonly response: "nothing" | "value" | readonly Member[];
  /** [in] parameters that are not sent back, and on which the sizes of [out] arrays may depend. */
  readonly inOnly: readonly Parameter[];
  /** Whether reading and writing the response takes the request. */
  readonly responseNeedsRequest: boolean;
  /** Whether a context handle is among the parameters or the result. */
  readonly requestHasHandles: boolean;
  readonly responseHasHandles: boolean;
  /** The only parameter, if it is an [in, out] context handle: then the method closes it. */
  readonly closes: Parameter | null;
}

const returnMember = "return";

export function methodShape(context: ModuleContext, method: Method): MethodShape {
  const { index } = context;
  const names = context.names.methods.get(method);
  if (names === undefined) throw new RangeError(`The model has no method ${method.name}`);
  const ins = method.parameters.filter(({ direction }) => direction !== "out");
  const inOnly = method.parameters.filter(({ direction }) => direction === "in");
  const outParameters = method.parameters.filter(({ direction }) => direction !== "in");
  const returned: Member[] =
    method.returns === null
      ? []
      : [{ name: returnMember, doc: null, type: method.returns, range: null, countOf: null }];
  const outs = [...outParameters, ...returned];
  const hasHandles = (members: readonly Member[]): boolean =>
    members.some(({ type }) => index.contextHandle(type) !== null);
  const scope = memberScope();
  const properties = new Map(method.parameters.map(({ name }) => [name, scope.claim(camelCase(name))]));
  properties.set(returnMember, scope.claim("returnValue"));
  const used = new Set(outs.flatMap(({ type }) => controls(index, type)));
  const [only] = method.parameters;
  const closes =
    only !== undefined && method.parameters.length === 1 && only.direction === "in,out" && hasHandles([only])
      ? only
      : null;
  return {
    method,
    names,
    properties,
    ins,
    outs,
    request: visible(ins),
    response: outParameters.length > 0 ? visible(outs) : method.returns === null ? "nothing" : "value",
    inOnly,
    responseNeedsRequest: inOnly.some(({ name }) => used.has(name)),
    requestHasHandles: hasHandles(ins),
    responseHasHandles: hasHandles(outs),
    closes,
  };
}

/** The siblings that the sizes in a type are given by. */
function controls(index: ModelIndex, type: Type): string[] {
  const resolved = index.resolve(type);
  if (resolved.kind === "pointer") return controls(index, resolved.target);
  if (resolved.kind === "array") return [...arrayControls(resolved), ...controls(index, resolved.element)];
  const size: Expression | null = resolved.kind === "string" ? resolved.size : null;
  return operandNames(size);
}
