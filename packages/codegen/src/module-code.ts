import type { StructDefinition, TypeDefinition, Unit } from "@ncalrpc/idl";
import { clientClass } from "./client-code.js";
import { type Doc, render } from "./doc.js";
import { handleClass } from "./handle-code.js";
import { methodCodecs, methodTypes } from "./method-code.js";
import { type MethodShape, methodShape } from "./method-shape.js";
import type { ModelIndex } from "./model-index.js";
import type { ModuleContext } from "./module-context.js";
import { SchemaCode } from "./schema-code.js";
import { handlersInterface, interfaceDefinition } from "./server-code.js";
import { structCodecs } from "./struct-code.js";
import { aliasCode, constantCode, enumCode, structCode } from "./type-code.js";

/** The declarations of a unit's module, in order: types, what methods exchange, codecs, client, server. */
export function moduleCode(context: ModuleContext, isShared: boolean): string[] {
  const { unit } = context;
  const schemas = new SchemaCode(context);
  const shapes = (unit.imported ? [] : (unit.interface?.methods ?? [])).map((method) =>
    methodShape(context, method),
  );
  const used = isShared ? null : structsWithin(context.index, shapes);
  const parts: Doc[] = [
    ...unit.constants.map((constant) => constantCode(context, constant)),
    ...unit.types.flatMap((definition) => {
      const code = typeCode(context, definition, schemas);
      schemas.declare(definition.name);
      return code;
    }),
    ...shapes.flatMap((shape) => methodTypes(context, shape, schemas)),
    ...unit.types.flatMap((definition) =>
      definition.kind === "struct" && (used === null || used.has(definition))
        ? structCodecs(context, definition, isShared)
        : [],
    ),
    ...shapes.flatMap((shape) => methodCodecs(context, shape)),
    ...handles(context, unit, shapes),
  ];
  if (unit.interface !== null && !unit.imported) {
    parts.push(
      clientClass(context, shapes),
      handlersInterface(context, shapes),
      interfaceDefinition(context, shapes, schemas),
    );
  }
  return parts.map((part) => render(part));
}

function typeCode(context: ModuleContext, definition: TypeDefinition, schemas: SchemaCode): Doc[] {
  switch (definition.kind) {
    case "enum":
      return enumCode(context, definition);
    case "alias":
      return aliasCode(context, definition, schemas);
    case "struct":
      return structCode(context, definition, schemas);
    case "context_handle":
      return [];
  }
}

/** The structs that methods exchange, directly or within others. */
function structsWithin(index: ModelIndex, shapes: readonly MethodShape[]): ReadonlySet<StructDefinition> {
  const found = new Set<StructDefinition>();
  for (const { ins, outs } of shapes) {
    for (const member of [...ins, ...outs]) index.collectStructs(member.type, found);
  }
  return found;
}

function handles(context: ModuleContext, unit: Unit, shapes: readonly MethodShape[]): Doc[] {
  return unit.types.flatMap((definition) =>
    definition.kind === "context_handle" ? [handleClass(context, definition, shapes)] : [],
  );
}
