import type { Member, Method, Parameter, Type } from "@ncalrpc/idl";
import { settled, visible } from "./derived-members.js";
import { operandNames } from "./expression.js";
import { arrayControls } from "./frame.js";
import type { ModelIndex } from "./model-index.js";
import type { ModuleContext } from "./module-context.js";
import { camelCase, memberScope } from "./names.js";
import { returnName, type Statuses, statusesOf } from "./status-code.js";
import type { MethodNames } from "./unit-names.js";
import { UnsupportedError } from "./unsupported.js";

/** A method as the parts of its stubs see it. */
export interface MethodShape {
  readonly method: Method;
  readonly names: MethodNames;
  /** Property names of parameters by their IDL name, and under `return` that of the return value. */
  readonly properties: ReadonlyMap<string, string>;
  /** What is sent to the server in the request, in order. */
  readonly ins: readonly Parameter[];
  /** What is sent back in the response, in order, with the return value last. */
  readonly outs: readonly Member[];
  /** Pipes, which are sent apart from them: after the request and before the response (MS-RPCE 2.2.5.3.5, C706 14.3.10). */
  readonly inPipes: readonly Parameter[];
  readonly outPipes: readonly Parameter[];
  /** What the client passes: the request's and the pipes. */
  readonly parameters: readonly Parameter[];
  /** What of that the request has. */
  readonly request: readonly Parameter[];
  /** What it gets back: nothing, the return value, or an object of these. */
  readonly response: "nothing" | "value" | readonly Member[];
  /** [in] parameters that are not sent back, and on which the sizes of [out] arrays may depend. */
  readonly inOnly: readonly Parameter[];
  /** Whether reading and writing the response takes the request. */
  readonly responseNeedsRequest: boolean;
  readonly hasPipes: boolean;
  /** Whether a context handle is among the parameters or the result. */
  readonly requestHasHandles: boolean;
  readonly responseHasHandles: boolean;
  /** The only parameter, if it is an [in, out] context handle: then the method closes it. */
  readonly closes: Parameter | null;
  readonly statuses: Statuses;
}

/** Those of the methods of the context's unit, if it is not one that is merely imported. */
export function methodShapes(context: ModuleContext): MethodShape[] {
  const { unit } = context;
  return unit.imported ? [] : (unit.interface?.methods ?? []).map((method) => methodShape(context, method));
}

function methodShape(context: ModuleContext, method: Method): MethodShape {
  const { cache, index } = context;
  const names = context.names.methods.get(method) ?? context.names.callbacks.get(method);
  if (names === undefined) throw new RangeError(`The model has no method ${method.name}`);
  const make = (): MethodShape => shapeOf(index, method, names);
  return cache === null ? make() : cache.shape(method, names, make);
}

function shapeOf(index: ModelIndex, method: Method, names: MethodNames): MethodShape {
  const parameters = settled(index, method.parameters, false);
  const isPipe = ({ type }: Member): boolean => index.pipe(type) !== null;
  const isOther = (member: Member): boolean => !isPipe(member);
  const sent = parameters.filter(({ direction }) => direction !== "out").map(asSent);
  const ins = sent.filter(isOther);
  const inPipes = sent.filter(isPipe);
  const inOnly = parameters.filter(({ direction }) => direction === "in");
  const returning = parameters.filter(({ direction }) => direction !== "in");
  const outParameters = returning.filter(isOther);
  const outPipes = returning.filter(isPipe);
  const returned: Member[] =
    method.returns === null
      ? []
      : [
          {
            name: returnName,
            doc: null,
            type: method.returns,
            range: null,
            countOf: null,
            switchOf: null,
            ignore: false,
            disableConsistencyCheck: false,
          },
        ];
  const outs = [...outParameters, ...returned];
  const hasHandles = (members: readonly Member[]): boolean =>
    members.some(({ type }) => index.contextHandle(type) !== null);
  const scope = memberScope();
  const properties = new Map(parameters.map(({ name }) => [name, scope.claim(camelCase(name))]));
  properties.set(returnName, scope.claim("returnValue"));
  const statuses = statusesOf(index, method);
  for (const name of statuses.hidden) properties.set(name, scope.claim(camelCase(name)));
  const used = new Set(outs.flatMap(({ type }) => controls(index, type)));
  const [only] = method.parameters;
  const closes =
    only !== undefined &&
    method.parameters.length === 1 &&
    statuses.hidden.length === 0 &&
    only.direction === "in,out" &&
    index.contextHandle(only.type)?.isArray === false
      ? only
      : null;
  return {
    method,
    names,
    properties,
    ins,
    outs,
    inPipes,
    outPipes,
    parameters: visible(sent),
    request: visible(ins),
    response:
      outParameters.length > 0 || (outPipes.length > 0 && method.returns !== null)
        ? visible(outs)
        : method.returns === null
          ? "nothing"
          : "value",
    inOnly,
    responseNeedsRequest: inOnly.some(({ name }) => used.has(name)),
    hasPipes: inPipes.length > 0 || outPipes.length > 0,
    requestHasHandles: hasHandles(ins),
    responseHasHandles: hasHandles(outs),
    closes,
    statuses,
  };
}

/** A callback, which is a method the other way round. Throws UnsupportedError for what only methods can have. */
export function callbackShape(context: ModuleContext, callback: Method): MethodShape {
  const shape = methodShape(context, callback);
  const where = `${context.unit.name}.${callback.name}`;
  if (shape.requestHasHandles || shape.responseHasHandles) {
    throw new UnsupportedError([`${where}: a context handle in a [callback]`]);
  }
  if (shape.hasPipes) {
    throw new UnsupportedError([`${where}: a pipe in a [callback]`]);
  }
  return shape;
}

/** A parameter as the request has it: of a [partial_ignore] pointer, whether the caller wants what it points to. */
function asSent(parameter: Parameter): Parameter {
  if (!parameter.partialIgnore) return parameter;
  return { ...parameter, type: { kind: "scalar", scalar: "boolean" }, range: null };
}

/** The siblings that the sizes in a type are given by. */
function controls(index: ModelIndex, type: Type): string[] {
  const resolved = index.resolve(type);
  if (resolved.kind === "pointer") return controls(index, resolved.target);
  if (resolved.kind === "array") return [...arrayControls(resolved), ...controls(index, resolved.element)];
  if (resolved.kind === "string") return operandNames(resolved.size);
  return resolved.kind === "definition" ? operandNames(resolved.switchIs) : [];
}
