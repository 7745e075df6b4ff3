import type { Member, Method, Parameter } from "@ncalrpc/idl";
import { handleProperties, isNullableHandle, requestProperty, withHandles } from "./client-handles.js";
import { block, braced, call, type Doc, hardline, indent, join, list, run } from "./doc.js";
import { handleText } from "./handle-text.js";
import type { MethodShape } from "./method-shape.js";
import type { ModuleContext } from "./module-context.js";
import { clientResult } from "./result-type.js";
import { hasStatuses, statusBody } from "./status-code.js";
import { systemHandleDirection } from "./system-handles.js";
import { docComment, stringLiteral } from "./text.js";

/** A parameter as a client's or handler's method has it. */
export interface Argument {
  readonly parameter: Parameter;
  readonly property: string;
  readonly local: string;
}

/** The parameters that callers pass, with names that a function can bind. */
export function argumentsOf(context: ModuleContext, shape: MethodShape): Argument[] {
  const scope = context.parameters(
    "call",
    "called",
    "completed",
    "open",
    "options",
    "pipes",
    "r",
    "request",
    "response",
    "result",
  );
  return shape.parameters.map((parameter) => {
    const property = shape.properties.get(parameter.name) ?? parameter.name;
    return { parameter, property, local: scope.claim(property) };
  });
}

/** The client class of the module's interface. */
export function clientClass(context: ModuleContext, shapes: readonly MethodShape[]): Doc {
  const { names, unit } = context;
  const members = shapes.flatMap((shape) => clientMethod(context, shape));
  const head = `export class ${names.client} extends ${context.library("Client")}`;
  return [
    docComment(`Client of ${unit.name}.`, unit.doc),
    withBlankLines(head, shapes.length === 0 ? [] : [...synchronous(context), ...members]),
  ];
}

/** The property whose methods block. */
function synchronous({ names }: ModuleContext): Doc[] {
  const get = block(`get sync(): ${names.syncClient}`, [
    `this.#sync ??= new ${names.syncClient}(this);`,
    "return this.#sync;",
  ]);
  return [
    `#sync: ${names.syncClient} | null = null;`,
    [docComment("The same methods, which block this thread until the server has answered."), get],
  ];
}

/** The class by which a server calls its client back, during a call. */
export function callbackClass(context: ModuleContext, callbacks: readonly MethodShape[]): Doc {
  const { names, unit } = context;
  const doc = docComment(`Calls a client of ${unit.name} back, during a call of its own.`);
  const head = `export class ${names.callbackClient} extends ${context.library("Callbacks")}`;
  const members = callbacks.flatMap((shape) => clientMethod(context, shape));
  return [doc, withBlankLines(head, members)];
}

/** `head { ... }` of members with a blank line between them. */
export function withBlankLines(head: string, members: readonly Doc[]): Doc {
  if (members.length === 0) return `${head} {}`;
  return [head, " {", indent(hardline, join([hardline, hardline], members)), hardline, "}"];
}

function clientMethod(context: ModuleContext, shape: MethodShape): readonly string[] {
  return context.printed(shape, "client", () => [clientMethodCode(context, shape)], 2);
}

function clientMethodCode(context: ModuleContext, shape: MethodShape): Doc {
  const { method, names } = shape;
  const parameters = argumentsOf(context, shape);
  const result: Doc = ["Promise<", clientResult(context, shape), ">"];
  const isAsync = awaits(context, shape) && !hasStatuses(shape);
  const taken = list(signature(context, shape, parameters, "CallOptions"));
  const head: Doc = [isAsync ? "async " : "", names.method, taken, ": ", result];
  const body = clientBody(context, shape, parameters, false);
  return [docComment(method.doc, deprecation(method)), block(head, body)];
}

/** A method that blocks, of a class that holds the client in `#client`. */
export function syncClientMethod(context: ModuleContext, shape: MethodShape): Doc {
  const { method, names } = shape;
  const doc = docComment(method.doc, deprecation(method));
  if (shape.hasPipes) {
    const refused = run("return this.refuseStreams", stringLiteral(method.name));
    return [doc, block(`${names.method}(): never`, [refused])];
  }
  const parameters = argumentsOf(context, shape);
  const head: Doc = [
    names.method,
    list(signature(context, shape, parameters, "SyncCallOptions")),
    ": ",
    clientResult(context, shape),
  ];
  return [doc, block(head, clientBody(context, shape, parameters, true))];
}

function signature(
  context: ModuleContext,
  shape: MethodShape,
  parameters: readonly Argument[],
  options: string,
): Doc[] {
  return [
    ...parameters.map(({ parameter, local }) => `${local}: ${clientType(context, shape, parameter)}`),
    `options?: ${context.libraryType(options)}`,
  ];
}

/** What the attribute [deprecated] says, as JSDoc has it. */
export function deprecation(method: Method): string | null {
  const attribute = method.attributes.find(({ name }) => name === "deprecated");
  return attribute === undefined ? null : `@deprecated ${attribute.text ?? ""}`.trimEnd();
}

/** The statements of a method, whose failures may be statuses. */
function clientBody(
  context: ModuleContext,
  shape: MethodShape,
  parameters: readonly Argument[],
  isSync: boolean,
): Doc[] {
  const body = callBody(context, shape, parameters, isSync);
  if (!hasStatuses(shape)) return body;
  return statusBody(context, shape, body, !isSync && awaits(context, shape), isSync);
}

/** Whether a method's promise is made by an async function. */
function awaits(context: ModuleContext, shape: MethodShape): boolean {
  // A handle that can't be used rejects, as every other failure does.
  const passesHandles = shape.request.some(({ type }) => context.index.contextHandle(type) !== null);
  return shape.responseHasHandles || passesHandles || shape.hasPipes;
}

function callBody(
  context: ModuleContext,
  shape: MethodShape,
  parameters: readonly Argument[],
  isSync: boolean,
): Doc[] {
  const { method, names } = shape;
  const hasRequest = shape.request.length > 0;
  const statements: Doc[] = [];
  let request: Doc = "undefined";
  if (hasRequest) {
    const sent = parameters.filter(({ parameter }) => !shape.inPipes.includes(parameter));
    request = braced(sent.map((argument) => requestProperty(context, shape, argument)));
    if (shape.responseNeedsRequest) {
      statements.push(["const request = ", request, ";"]);
      request = "request";
    }
  }
  const isSent = method.maybe && !isSync && !shape.hasPipes;
  const read = isSent
    ? ""
    : shape.response === "nothing"
      ? context.library("readNothing")
      : names.response.read;
  const reader = responseReader(context, shape, read);
  const write = hasRequest ? names.request.write : context.library("writeNothing");
  const args = [String(method.opnum), request, write, reader];
  if (shape.hasPipes) return [...statements, ...clientPipes(context, shape, parameters, args)];
  if (isSent) {
    return [
      ...statements,
      ["return ", call("this.callMaybe", String(method.opnum), request, write, "options"), ";"],
    ];
  }
  const called = call("this.call", ...args, "options");
  if (!shape.responseHasHandles) {
    // Only a promise of nothing is something to return.
    const isVoid = isSync && shape.response === "nothing";
    return [...statements, [isVoid ? "" : "return ", called, ";"]];
  }
  statements.push([isSync ? "const response = " : "const response = await ", called, ";"]);
  const client = isSync ? "this.#client" : "this";
  return [...statements, ["return ", withHandles(context, shape, parameters, client), ";"]];
}

/** What reads the response, by the function `read`. */
function responseReader(context: ModuleContext, shape: MethodShape, read: string): Doc {
  const carriesHandles = systemHandleDirection(context.index, shape.method)?.endsWith("out") === true;
  const reading = shape.responseNeedsRequest ? `${read}(r, request)` : `${read}(r)`;
  if (carriesHandles) return ["(r) => ", call(context.library("acceptSystemHandles"), "r", reading)];
  return shape.responseNeedsRequest ? `(r) => ${reading}` : read;
}

/** The call of a method with pipes, which are handed on beside the response. */
function clientPipes(
  context: ModuleContext,
  shape: MethodShape,
  parameters: readonly Argument[],
  args: readonly Doc[],
): Doc[] {
  const ins = parameters.flatMap(({ parameter, local }): Doc[] => {
    const { write } = pipeFunctions(context, shape, parameter);
    return shape.inPipes.includes(parameter) ? [call(context.library("outgoingPipe"), local, write())] : [];
  });
  const opened = shape.outPipes.map((member): Doc => {
    const { read } = pipeFunctions(context, shape, member);
    return [`${shape.properties.get(member.name)}: `, call("open", read())];
  });
  const openOuts: Doc = opened.length === 0 ? "() => ({})" : ["(open) => (", braced(opened), ")"];
  const called: Doc = [
    "await ",
    call("this.callWithPipes", ...args, list(ins, "[", "]"), openOuts, "options"),
    ";",
  ];
  const isNothing = shape.response === "nothing";
  if (shape.outPipes.length === 0) {
    if (isNothing) return [called];
    const response = shape.responseHasHandles ? withHandles(context, shape, parameters, "this") : "response";
    return [
      ["const { response } = ", called],
      ["return ", response, ";"],
    ];
  }
  if (isNothing) return [["const { pipes } = ", called], "return pipes;"];
  const rest = shape.responseHasHandles
    ? handleProperties(context, shape, parameters, "this")
    : ["...response"];
  return [
    ["const { response, pipes } = ", called],
    ["return ", braced(["...pipes", ...rest]), ";"],
  ];
}

/** What reads and writes a chunk of a pipe and names the parameter in errors, asked for where it is used. */
export function pipeFunctions(
  context: ModuleContext,
  { method }: MethodShape,
  { type, name }: Member,
): { readonly read: () => Doc; readonly write: () => Doc } {
  const named = (which: "read" | "write", codec: "Reader" | "Writer") => (): Doc => {
    const pipe = context.index.pipe(type);
    if (pipe === null) throw new RangeError("The model has no pipe where one is expected");
    const chunk = context.typeName(pipe.unit.name, pipe.definition.name, which);
    return call(`${context.library(codec)}.named`, chunk, stringLiteral(`${method.name}.${name}`));
  };
  return { read: named("read", "Reader"), write: named("write", "Writer") };
}

function clientType(context: ModuleContext, shape: MethodShape, parameter: Parameter): string {
  if (shape.inPipes.includes(parameter)) return context.streamText(parameter.type, true);
  const handle = context.index.contextHandle(parameter.type);
  if (handle === null) return context.typeText(parameter.type);
  const type = context.typeName(handle.unit.name, handle.name, "type");
  return handleText(handle, type, isNullableHandle(shape, parameter), "readonly ");
}
