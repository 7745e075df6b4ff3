import type { EnumDefinition, Member, TypeDefinition, UnionDefinition } from "@ncalrpc/idl";
import { structMembers, visible } from "./derived-members.js";
import {
  block,
  braced,
  callAssignment,
  type Doc,
  hardline,
  indent,
  join,
  lazyAssignment,
  render,
} from "./doc.js";
import type { MethodShape } from "./method-shape.js";
import type { ModuleContext } from "./module-context.js";
import { SchemaCode } from "./schema-code.js";
import { docComment } from "./text.js";
import { tagValue } from "./union-code.js";
import { memberNames } from "./unit-names.js";

/**
 * The declarations of a unit's schema module: a schema for each type, for what each method takes and gives, and a function
 * that has the latter by the methods' names. Each schema is made when it is first used, so that none depends on another's
 * being declared before it, and a bundler can leave out what nobody imports.
 */
export function schemaModuleCode(context: ModuleContext, shapes: readonly MethodShape[]): string[] {
  const { unit } = context;
  const schemas = new SchemaCode(context);
  return [
    ...unit.types.flatMap((definition) =>
      context.printed(definition, "schema", () => typeSchema(context, definition, schemas)),
    ),
    ...shapes.flatMap((shape) =>
      context.printed(shape, "schemas", () => methodSchemas(context, shape, schemas)),
    ),
    ...(shapes.length === 0 ? [] : [render(interfaceSchemas(context, shapes, schemas))]),
  ];
}

function typeSchema(context: ModuleContext, definition: TypeDefinition, schemas: SchemaCode): Doc[] {
  switch (definition.kind) {
    case "enum":
      return [enumSchema(context, definition)];
    case "alias": {
      const wire = schemas.type(definition.type, definition.range);
      const schema = context.index.isHooked(definition) ? schemas.hooked(wire, definition.name) : wire;
      return [lazySchema(context, definition, schema)];
    }
    case "struct": {
      const known = context.index.natural(definition);
      if (known === "guid") return [lazySchema(context, definition, schemas.guid())];
      if (known === "sid" || known === "unicodeString") {
        return [lazySchema(context, definition, schemas.wellKnownText(known))];
      }
      if (known !== null) {
        return [
          lazySchema(
            context,
            definition,
            schemas.type({ kind: "scalar", scalar: known === "largeInteger" ? "int64" : "uint64" }, null),
          ),
        ];
      }
      const members = visible(structMembers(context.index, definition));
      const record = recordSchema(schemas, members, memberNames(definition.members), false);
      return [lazySchema(context, definition, record)];
    }
    case "union":
      return [lazySchema(context, definition, schemas.union(armSchemas(context, definition, schemas)))];
    case "context_handle":
    case "pipe":
      return [];
  }
}

function enumSchema(context: ModuleContext, definition: EnumDefinition): Doc {
  const method = definition.wide ? "v1Enum" : "enum";
  const callee = `/* @__PURE__ */ ${context.library("schema")}.${method}`;
  return [
    callAssignment(head(context, definition), callee, context.enumValues(context.unit.name, definition.name)),
    ";",
  ];
}

function lazySchema(context: ModuleContext, definition: TypeDefinition, body: Doc): Doc {
  const isComposite = definition.kind === "struct" || definition.kind === "union";
  const make = lazily(context, isComposite && context.index.isRecursive(definition));
  return [lazyAssignment(head(context, definition), `/* @__PURE__ */ ${make}`, body), ";"];
}

/** What makes a schema when it is first used; `isGraph` if what it describes may share parts or hold itself. */
function lazily(context: ModuleContext, isGraph: boolean): string {
  return isGraph ? `${context.library("schema")}.graph` : `${context.library("z")}.lazy`;
}

function head(context: ModuleContext, { name }: TypeDefinition): string {
  const type = context.typeName(context.unit.name, name, "type");
  const schema = context.typeName(context.unit.name, name, "schema");
  return `export const ${schema}: ${context.library("z")}.ZodType<${type}>`;
}

function recordSchema(
  schemas: SchemaCode,
  members: readonly Member[],
  names: ReadonlyMap<string, string>,
  isResult: boolean,
): Doc {
  return schemas.object(
    members.map(({ name, type, range }) => [names.get(name) ?? name, schemas.type(type, range, isResult)]),
  );
}

function armSchemas(context: ModuleContext, union: UnionDefinition, schemas: SchemaCode): Doc[] {
  return union.arms.flatMap(({ type, range, labels, isDefault }): Doc[] => {
    const value: (readonly [string, Doc])[] = type === null ? [] : [["value", schemas.type(type, range)]];
    const shapes = labels.map((label) => {
      const tag = schemas.tag(union.discriminant, tagValue(context.index, union, label));
      return schemas.object([["tag", tag], ...value]);
    });
    if (!isDefault) return shapes;
    const tag: Doc = `${context.library("z")}.literal("default")`;
    const discriminant = schemas.type(union.discriminant, null);
    return [...shapes, schemas.object([["tag", tag], ["discriminant", discriminant], ...value])];
  });
}

/** The schemas of a method's request and response. */
function methodSchemas(context: ModuleContext, shape: MethodShape, schemas: SchemaCode): Doc[] {
  const { names, properties } = shape;
  const docs: Doc[] = [];
  const add = (
    { type, schema }: { readonly type: string; readonly schema: string },
    members: readonly Member[],
    isPlain: boolean,
    isResult: boolean,
  ): void => {
    const isGraph = members.some((member) => context.index.holdsFullPointers(member.type));
    const make = lazily(context, isGraph);
    const record = recordSchema(schemas, members, properties, isResult);
    // With handles as they are on the wire, or with pipes, it is of use to the runtime alone.
    const typed = `export const ${schema}: ${context.library("z")}.ZodType<`;
    docs.push([
      isPlain
        ? lazyAssignment(`${typed}${context.ownType(type)}>`, `/* @__PURE__ */ ${make}`, record)
        : lazyAssignment(`const ${schema}`, make, record),
      ";",
    ]);
  };
  if (shape.parameters.length > 0) {
    add(names.request, shape.parameters, !shape.requestHasHandles && shape.inPipes.length === 0, false);
  }
  const results = resultMembers(shape);
  if (results !== null) {
    add(names.response, results, !shape.responseHasHandles && shape.outPipes.length === 0, true);
  }
  return docs;
}

/** What a method's result has as an object; null if it is none. */
function resultMembers({ outPipes, response }: MethodShape): readonly Member[] | null {
  if (typeof response !== "string") return [...outPipes, ...response];
  return outPipes.length === 0 ? null : outPipes;
}

/** The function by which the interface's definition finds the schemas. */
function interfaceSchemas(context: ModuleContext, shapes: readonly MethodShape[], schemas: SchemaCode): Doc {
  const z = context.library("z");
  const entry = (shape: MethodShape): Doc => {
    const { names, method } = shape;
    const request = shape.parameters.length > 0 ? names.request.schema : `${z}.object({})`;
    const response: Doc =
      resultMembers(shape) !== null
        ? names.response.schema
        : method.returns === null
          ? `${z}.void()`
          : schemas.type(method.returns, null, true);
    return [`${names.method}: `, braced([`request: ${request}`, ["response: ", response]]), ","];
  };
  const entries = shapes.flatMap((shape) => context.printed(shape, "entry", () => [entry(shape)], 4));
  const result = context.libraryType("InterfaceSchemas");
  const object: Doc = ["{", indent(hardline, join(hardline, entries)), hardline, "}"];
  return [
    docComment(`What the methods of ${context.unit.name} take and give, by their names.`),
    block(`export function ${context.names.schemas}(): ${result}`, [["return ", object, ";"]]),
  ];
}
