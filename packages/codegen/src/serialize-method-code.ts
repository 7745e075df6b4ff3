import type { Method, Unit } from "@ncalrpc/idl";
import { braced, call, type Doc } from "./doc.js";
import { responseType } from "./method-code.js";
import type { MethodShape } from "./method-shape.js";
import type { ModelIndex } from "./model-index.js";
import type { ModuleContext } from "./module-context.js";
import { functionCode } from "./struct-code.js";
import { holdsSystemHandles } from "./system-handles.js";
import { docComment, stringLiteral } from "./text.js";

/** Which functions for serialized parameters a method asks for, by [encode] and [decode] of its own or of its interface. */
function serializesMethod(
  unit: Unit,
  { attributes }: Method,
): { readonly encode: boolean; readonly decode: boolean } {
  const all = unit.interface?.attributes ?? [];
  const has = (attribute: string): boolean =>
    attributes.some(({ name }) => name === attribute) ||
    all.some(({ name, text }) => name === attribute && text === null);
  return { encode: has("encode"), decode: has("decode") };
}

/** Why the parameters of a method cannot be serialized; null if they can. */
export function serializationProblem(index: ModelIndex, { parameters, returns }: Method): string | null {
  if (returns !== null) return "it has a return value";
  if (parameters.some(({ type }) => index.contextHandle(type) !== null)) return "it has a context handle";
  if (parameters.some(({ type }) => holdsSystemHandles(index, type))) return "it has a system handle";
  if (parameters.some(({ type }) => index.pipe(type) !== null)) return "it has a pipe";
  return null;
}

/** Functions that serialize the [in] parameters of a method, and that read the [out] parameters. */
export function serializeMethodCode(context: ModuleContext, shape: MethodShape): Doc[] {
  const { method, names, request, response, responseNeedsRequest } = shape;
  const { encode, decode } = serializesMethod(context.unit, method);
  const definition = context.unit.interface;
  if (definition === null || serializationProblem(context.index, method) !== null) return [];
  const { major, minor } = definition.version;
  const identity: Doc = [
    "const procedure = ",
    braced([
      `uuid: ${stringLiteral(definition.uuid)}`,
      `version: { major: ${major}, minor: ${minor} }`,
      `opnum: ${method.opnum}`,
    ]),
    ";",
  ];
  const functions: Doc[] = [];
  if (encode && request.length > 0) {
    const { type, write } = names.request;
    const encoded = call(context.library("encodeProcedure"), "procedure", "request", write);
    functions.push([
      docComment(`The [in] parameters of ${method.name} in octets of their own.`),
      "export ",
      functionCode(names.request.encode, [`request: ${type}`], "Uint8Array", [
        identity,
        ["return ", encoded, ";"],
      ]),
    ]);
  }
  if (decode && response !== "nothing") {
    const { read } = names.response;
    const reader = responseNeedsRequest ? `(r) => ${read}(r, request)` : read;
    const parameters = [
      "octets: Uint8Array",
      ...(responseNeedsRequest ? [`request: ${names.request.type}`] : []),
    ];
    const what = `The [out] parameters of ${method.name} that somebody encoded: throws NdrError for anything else.`;
    functions.push([
      docComment(what),
      "export ",
      functionCode(names.response.decode, parameters, responseType(context, shape), [
        identity,
        ["return ", call(context.library("decodeProcedure"), "procedure", "octets", reader), ";"],
      ]),
    ]);
  }
  return functions;
}
