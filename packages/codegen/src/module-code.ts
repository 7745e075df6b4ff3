import type { PipeDefinition, TypeDefinition } from "@ncalrpc/idl";
import { callbackClass, clientClass } from "./client-code.js";
import { type Doc, render } from "./doc.js";
import { handleClass } from "./handle-code.js";
import { hookedCodecs, hookedType } from "./hook-code.js";
import { methodCodecs, methodTypes } from "./method-code.js";
import { callbackShape, type MethodShape } from "./method-shape.js";
import type { Composite, ModelIndex } from "./model-index.js";
import type { ModuleContext } from "./module-context.js";
import { pipeCodecs } from "./pipe-code.js";
import { serializeCode, serializes } from "./serialize-code.js";
import { serializeMethodCode } from "./serialize-method-code.js";
import { callbackHandlersInterface, handlersInterface, interfaceDefinition } from "./server-code.js";
import { structCodecs } from "./struct-code.js";
import { syncClientClass } from "./sync-client-code.js";
import { aliasCode, constantBlocks, enumCode, structCode, wellKnownCode } from "./type-code.js";
import { unionCodecs, unionType } from "./union-code.js";

/** The declarations of a unit's module, in order: types, what methods exchange, codecs, client, server. */
export function moduleCode(
  context: ModuleContext,
  shapes: readonly MethodShape[],
  isShared: boolean,
): string[] {
  const { unit } = context;
  const { encode, decode } = serializes(unit);
  const callbacks = (unit.imported ? [] : (unit.interface?.callbacks ?? [])).map((callback) =>
    callbackShape(context, callback),
  );
  const all = [...shapes, ...callbacks];
  const used = isShared || encode || decode ? null : compositesWithin(context.index, all);
  const pipes = new Set(
    all
      .flatMap(({ inPipes, outPipes }) => [...inPipes, ...outPipes])
      .map(({ type }) => context.index.pipe(type)?.definition),
  );
  const usesPipe = (definition: PipeDefinition): boolean => isShared || pipes.has(definition);
  const parts: string[] = [];
  const print = (docs: readonly Doc[]): void => {
    for (const doc of docs) parts.push(render(doc));
  };
  const printOf = (owner: MethodShape | TypeDefinition, place: string, docs: () => readonly Doc[]): void => {
    parts.push(...context.printed(owner, place, docs));
  };
  print(constantBlocks(context, unit.constants));
  for (const definition of unit.types) printOf(definition, "type", () => typeCode(context, definition));
  for (const shape of all) printOf(shape, "types", () => methodTypes(context, shape));
  for (const definition of unit.types) {
    if (definition.kind === "pipe")
      print(usesPipe(definition) ? pipeCodecs(context, definition, isShared) : []);
    if (definition.kind === "alias" && context.index.isHooked(definition)) {
      print(hookedCodecs(context, definition));
    }
    if (definition.kind !== "struct" && definition.kind !== "union") continue;
    if (context.index.natural(definition) !== null) continue;
    if (used?.has(definition) === false) continue;
    printOf(definition, "codecs", () =>
      definition.kind === "struct"
        ? structCodecs(context, definition, isShared)
        : unionCodecs(context, definition, isShared),
    );
  }
  for (const shape of all) printOf(shape, "codecs", () => methodCodecs(context, shape));
  if (!unit.imported && (encode || decode)) {
    for (const definition of unit.types) print(serializeCode(context, definition));
  }
  for (const shape of shapes) printOf(shape, "serialization", () => serializeMethodCode(context, shape));
  for (const definition of unit.types) {
    if (definition.kind === "context_handle") print([handleClass(context, definition, shapes)]);
  }
  if (unit.interface !== null && !unit.imported) {
    print([clientClass(context, shapes)]);
    print(syncClientClass(context, shapes));
    print([handlersInterface(context, shapes)]);
    if (callbacks.length > 0) {
      print([callbackClass(context, callbacks)]);
      print([callbackHandlersInterface(context, callbacks)]);
    }
    print([interfaceDefinition(context, shapes, callbacks)]);
  }
  return parts;
}

function typeCode(context: ModuleContext, definition: TypeDefinition): Doc[] {
  switch (definition.kind) {
    case "enum":
      return [enumCode(context, definition)];
    case "alias":
      return [
        context.index.isHooked(definition) ? hookedType(context, definition) : aliasCode(context, definition),
      ];
    case "struct":
      return [
        context.index.natural(definition) === null
          ? structCode(context, definition)
          : wellKnownCode(context, definition),
      ];
    case "union":
      return [unionType(context, definition)];
    case "context_handle":
    case "pipe":
      return [];
  }
}

/** The structs and unions that methods exchange, directly or within others. */
function compositesWithin(index: ModelIndex, shapes: readonly MethodShape[]): ReadonlySet<Composite> {
  const found = new Set<Composite>();
  for (const { ins, outs, inPipes, outPipes } of shapes) {
    for (const member of [...ins, ...outs, ...inPipes, ...outPipes]) index.collect(member.type, found);
  }
  return found;
}
