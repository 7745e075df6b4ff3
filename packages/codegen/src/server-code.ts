import type { Member, Unit } from "@ncalrpc/idl";
import { type Argument, argumentsOf, deprecation, pipeFunctions, withBlankLines } from "./client-code.js";
import { isNullableHandle } from "./client-handles.js";
import {
  block,
  braced,
  call,
  callWithArray,
  callWithFunction,
  callWithObject,
  type Doc,
  hardline,
  ifBlock,
  indent,
  join,
  line,
  list,
  run,
} from "./doc.js";
import { handleText } from "./handle-text.js";
import type { MethodShape } from "./method-shape.js";
import type { HandleUse } from "./model-index.js";
import { fileName, type ModuleContext } from "./module-context.js";
import { resultType } from "./result-type.js";
import { systemHandleDirection } from "./system-handles.js";
import { docComment, stringLiteral } from "./text.js";

/** What a server implements. */
export function handlersInterface(context: ModuleContext, shapes: readonly MethodShape[]): Doc {
  const { names, unit } = context;
  const doc = docComment(`What a server of ${unit.name} implements.`);
  if (shapes.length === 0) return [doc, `export type ${names.handlers} = object;`];
  return [doc, handlersOf(context, names.handlers, shapes, "ServerCall")];
}

/** What a client implements to be called back. */
export function callbackHandlersInterface(context: ModuleContext, callbacks: readonly MethodShape[]): Doc {
  const { names, unit } = context;
  const doc = docComment(`What a client of ${unit.name} implements to be called back.`);
  return [doc, handlersOf(context, names.callbackHandlers, callbacks, "CallbackCall")];
}

function handlersOf(
  context: ModuleContext,
  name: string,
  shapes: readonly MethodShape[],
  callType: string,
): Doc {
  const member = (shape: MethodShape): Doc => {
    const parameters = argumentsOf(context, shape).map(
      ({ parameter, local }) => `${local}: ${serverType(context, shape, parameter)}`,
    );
    parameters.push(`call: ${context.libraryType(callType)}`);
    const result: Doc = [
      context.libraryType("Awaitable"),
      "<",
      resultType(context, shape, true, () => "object"),
      ">",
    ];
    return [
      docComment(shape.method.doc, deprecation(shape.method)),
      shape.names.method,
      list(parameters),
      ": ",
      result,
      ";",
    ];
  };
  const members = shapes.flatMap((shape) => context.printed(shape, "handler", () => [member(shape)], 2));
  return withBlankLines(`export interface ${name}`, members);
}

function serverType(context: ModuleContext, shape: MethodShape, parameter: Argument["parameter"]): string {
  if (shape.inPipes.includes(parameter)) return context.streamText(parameter.type, false);
  const handle = context.index.contextHandle(parameter.type);
  if (handle === null) return context.typeText(parameter.type);
  return handleText(handle, "object", isNullableHandle(shape, parameter));
}

/** The record by which servers and clients know the interface. */
export function interfaceDefinition(
  context: ModuleContext,
  shapes: readonly MethodShape[],
  callbacks: readonly MethodShape[],
): Doc {
  const { names, unit } = context;
  const definition = unit.interface;
  if (definition === null) return [];
  const { major, minor } = definition.version;
  const records = (of: readonly MethodShape[], handlers: string, callType: string): Doc => {
    const each = of.flatMap((shape) =>
      context.printed(shape, "record", () => [methodRecord(context, shape, handlers, callType)], 4),
    );
    return each.length === 0 ? "[]" : ["[", inLines(each), "]"];
  };
  const methods = records(shapes, names.handlers, "ServerCall");
  const endpoints = definition.endpoints.map(stringLiteral);
  const concurrent = concurrentContexts(unit).map(stringLiteral);
  const properties: Doc[] = [
    `name: ${stringLiteral(unit.name)}`,
    `uuid: ${stringLiteral(definition.uuid)}`,
    `version: { major: ${major}, minor: ${minor} }`,
    ["endpoints: ", list(endpoints, "[", "]")],
    `client: ${names.client}`,
    ...(shapes.some((shape) => shape.requestHasHandles || shape.responseHasHandles)
      ? ["hasContexts: true"]
      : []),
    ...(concurrent.length === 0 ? [] : [["concurrentContexts: ", list(concurrent, "[", "]")]]),
    block("async schemas()", schemasOf(context, shapes)),
    ["methods: ", methods],
  ];
  if (callbacks.length > 0) {
    properties.push(["callbacks: ", records(callbacks, names.callbackHandlers, "CallbackCall")]);
  }
  return [
    docComment(unit.doc ?? `The interface ${unit.name}, to connect to or to register with a server.`),
    `export const ${names.definition} = /* @__PURE__ */ ${context.library("defineInterface")}({`,
    inLines(properties),
    "});",
  ];
}

/** The context handles on which calls need not wait for each other: a type's own attribute goes before the interface's. */
function concurrentContexts({ types, interface: definition }: Unit): string[] {
  const says = (name: string, text: string | null): boolean =>
    definition?.attributes.some((attribute) => attribute.name === name && attribute.text === text) === true;
  return types
    .filter(({ kind }) => kind === "context_handle")
    .map(({ name }) => name)
    .filter(
      (name) =>
        says("context_handle_noserialize", name) ||
        (says("context_handle_noserialize", null) && !says("context_handle_serialize", name)),
    );
}

function inLines(items: readonly Doc[]): Doc {
  return [indent(hardline, join([",", hardline], items), ","), hardline];
}

/** Schemas are for few programs, so that theirs is a module that is loaded when it is asked for. */
function schemasOf({ names }: ModuleContext, shapes: readonly MethodShape[]): Doc[] {
  if (shapes.length === 0) return ["return {};"];
  const module = stringLiteral(`./${fileName(names, "schema")}.js`);
  return [`const schemas = await import(${module});`, `return schemas.${names.schemas}();`];
}

function methodRecord(context: ModuleContext, shape: MethodShape, handlers: string, callType: string): Doc {
  const { names, method } = shape;
  const reader = shape.parameters.length > 0 ? "r" : "_r";
  const parameters = [
    `handlers: ${handlers}`,
    `${reader}: ${context.libraryType("Reader")}`,
    `call: ${context.libraryType(callType)}`,
  ];
  const handles = systemHandleDirection(context.index, method);
  const parameterNames = argumentsOf(context, shape).map(({ property }) => stringLiteral(property));
  const properties: Doc[] = [
    `name: ${stringLiteral(names.method)}`,
    `opnum: ${method.opnum}`,
    ["parameters: ", list(parameterNames, "[", "]")],
    ...(handles === null ? [] : [`systemHandles: ${stringLiteral(handles)}`]),
    block(["serve", list(parameters)], serveBody(context, shape)),
  ];
  return ["{", inLines(properties), "}"];
}

function serveBody(context: ModuleContext, shape: MethodShape): Doc[] {
  const { names } = shape;
  const parameters = argumentsOf(context, shape);
  const read = `${names.request.read}(r)`;
  const carriesHandles = systemHandleDirection(context.index, shape.method)?.startsWith("in") === true;
  const request: Doc = carriesHandles ? call(context.library("acceptSystemHandles"), "r", read) : read;
  const statements: Doc[] = shape.request.length === 0 ? [] : [["const request = ", request, ";"]];
  const given = new Map(parameters.map((argument) => [argument, handlerArgument(context, shape, argument)]));
  if (shape.inPipes.length > 0) {
    // A handle may have to be waited for, which is to be known before a pipe is opened.
    for (const argument of parameters) {
      if (context.index.contextHandle(argument.parameter.type) === null) continue;
      statements.push(["const ", argument.local, " = ", given.get(argument) ?? "", ";"]);
      given.set(argument, argument.local);
    }
  }
  for (const { parameter, local } of parameters) {
    if (shape.inPipes.includes(parameter)) {
      const { read } = pipeFunctions(context, shape, parameter);
      statements.push([`const ${local} = `, call("call.pipe", "r", read()), ";"]);
    }
  }
  const handled: Doc = call(`handlers.${names.method}`, ...given.values(), "call");
  const respond = shape.response === "nothing" ? context.library("writeNothing") : responder(context, shape);
  if (shape.outPipes.length > 0) {
    const outgoing = shape.outPipes.map((member): Doc => {
      const { write } = pipeFunctions(context, shape, member);
      return call(context.library("outgoingPipe"), `result.${shape.properties.get(member.name)}`, write());
    });
    const responded = callWithArray("call.respondWithPipes", [handled, respond], "(result) => ", outgoing);
    return [...statements, [responded, ";"]];
  }
  const responded =
    typeof respond === "string"
      ? call("call.respond", handled, respond)
      : callWithFunction("call.respond", [handled], respond);
  return [...statements, [responded, ";"]];
}

function handlerArgument(context: ModuleContext, shape: MethodShape, argument: Argument): Doc {
  if (shape.inPipes.includes(argument.parameter)) return argument.local;
  const text = `request.${argument.property}`;
  const handle = context.index.contextHandle(argument.parameter.type);
  if (handle === null) return text;
  const lookup = isNullableHandle(shape, argument.parameter) ? "contextOrNull" : "context";
  return eachHandle(handle, `call.${lookup}`, text);
}

/** `method` of one handle, or of each in an array of them. */
function eachHandle({ name, isArray, isOptional }: HandleUse, method: string, text: string): Doc {
  if (!isArray) return call(method, stringLiteral(name), text);
  const each = call(
    `${text}${isOptional ? "?" : ""}.map`,
    `(each) => ${method}(${stringLiteral(name)}, each)`,
  );
  return isOptional ? [each, " ?? null"] : each;
}

/** What encodes the handler's result. */
function responder(context: ModuleContext, shape: MethodShape): Doc {
  const { names, properties } = shape;
  const extra = shape.responseNeedsRequest ? ["request"] : [];
  if (!shape.responseHasHandles) {
    if (extra.length === 0) return names.response.write;
    return block("(w, response) =>", [run(names.response.write, "w", "response", "request")]);
  }
  const idOf = (member: Member, text: string): Doc => {
    const handle = context.index.contextHandle(member.type);
    return handle === null ? text : eachHandle(handle, "call.contextId", text);
  };
  if (typeof shape.response === "string") {
    const [returned] = shape.outs;
    const value = returned === undefined ? "result" : idOf(returned, "result");
    return block("(w, result) =>", [run(names.response.write, "w", value, ...extra)]);
  }
  const closing = shape.response.flatMap((member): Doc[] => {
    const handle = context.index.contextHandle(member.type);
    const property = properties.get(member.name);
    if (handle === null || !shape.ins.some(({ name }) => name === member.name)) return [];
    if (handle.isArray) {
      const [before, after] = [`request.${property}`, `result.${property}`];
      return [run(context.library("closeContexts"), "call", stringLiteral(handle.name), before, after)];
    }
    const condition: Doc = [`result.${property} === null &&`, line, `request.${property} !== null`];
    return [
      ifBlock(condition, [run("call.closeContext", stringLiteral(handle.name), `request.${property}`)]),
    ];
  });
  const response = shape.response.map((member): Doc => {
    const property = properties.get(member.name) ?? member.name;
    return [property, ": ", idOf(member, `result.${property}`)];
  });
  const written = shape.responseNeedsRequest
    ? call(names.response.write, "w", braced(response), "request")
    : callWithObject(names.response.write, ["w"], response);
  return block("(w, result) =>", [...closing, [written, ";"]]);
}
