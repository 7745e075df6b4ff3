import type {
  Interface,
  Member,
  Method,
  Model,
  Parameter,
  Range,
  Type,
  TypeDefinition,
  Unit,
} from "../model.js";
import { Definitions } from "./definitions.js";
import { methodNotes } from "./method-notes.js";
import { messageBounds, type SizeBounds } from "./size-bounds.js";
import { rangeText, typeText } from "./type-text.js";

/** An interface as a person reads it; plain data. */
export interface InterfaceDescription {
  readonly name: string;
  readonly uuid: string;
  readonly version: string;
  readonly file: string;
  readonly doc: string | null;
  readonly endpoints: readonly string[];
  readonly methods: readonly MethodDescription[];
  readonly callbacks: readonly MethodDescription[];
  readonly types: readonly TypeDescription[];
}

export interface MethodDescription {
  readonly opnum: number;
  readonly name: string;
  readonly doc: string | null;
  readonly parameters: readonly FieldDescription[];
  /** Null for void. */
  readonly returns: FieldDescription | null;
  /** Octets of the request's and the response's stub data in NDR20; `max` is null without a bound. */
  readonly request: { readonly min: number; readonly max: number | null };
  readonly response: { readonly min: number; readonly max: number | null };
  /** What whoever decides on access has to know. */
  readonly notes: readonly string[];
}

export interface FieldDescription {
  readonly name: string;
  readonly direction: Parameter["direction"] | null;
  /** On the wire, in IDL's words. */
  readonly wire: string;
  /** In TypeScript. */
  readonly type: string;
  readonly range: string | null;
  /** What it counts or selects, which gives its value. */
  readonly derivedFrom: string | null;
}

export interface TypeDescription {
  readonly name: string;
  readonly kind: TypeDefinition["kind"];
  readonly doc: string | null;
  readonly fields: readonly FieldDescription[];
  /** `RUNNING = 2`, of an enum. */
  readonly labels: readonly string[];
}

/** Writes a type of a unit in TypeScript. */
export type TypeWriter = (unit: string, type: Type) => string;

/** Describes the interfaces of a model that are not imported. `write` belongs to the back end. */
export function describeModel(model: Model, write: TypeWriter): InterfaceDescription[] {
  const definitions = new Definitions(model);
  return model.units.flatMap((unit) =>
    unit.imported || unit.interface === null
      ? []
      : [describeInterface(unit, unit.interface, definitions, write)],
  );
}

function describeInterface(
  unit: Unit,
  found: Interface,
  definitions: Definitions,
  write: TypeWriter,
): InterfaceDescription {
  const field = (member: Member): FieldDescription => ({
    ...fieldOf(member, (type) => write(unit.name, type)),
    direction: null,
  });
  const method = (each: Method) => describeMethod(each, definitions, (type) => write(unit.name, type));
  return {
    name: unit.name,
    uuid: found.uuid,
    version: `${found.version.major}.${found.version.minor}`,
    file: unit.file,
    doc: unit.doc,
    endpoints: found.endpoints,
    methods: found.methods.map(method),
    callbacks: found.callbacks.map(method),
    types: unit.types.map((definition) => describeType(definition, field)),
  };
}

function describeMethod(
  method: Method,
  definitions: Definitions,
  write: (type: Type) => string,
): MethodDescription {
  const { opnum, name, doc, parameters } = method;
  const result = method.returns === null ? null : asMember("result", method.returns);
  const outs = parameters.filter(({ direction }) => direction !== "in");
  const request = messageBounds(
    parameters.filter(({ direction }) => direction !== "out"),
    parameters,
    definitions,
  );
  const response = messageBounds(result === null ? outs : [...outs, result], parameters, definitions);
  return {
    opnum,
    name,
    doc,
    parameters: parameters.map((parameter) => ({
      ...fieldOf(parameter, write),
      direction: parameter.direction,
    })),
    returns: result === null ? null : { ...fieldOf(result, write), direction: null },
    request: bounds(request),
    response: method.maybe ? { min: 0, max: 0 } : bounds(response),
    notes: methodNotes(method, definitions, request.max === Number.POSITIVE_INFINITY),
  };
}

function bounds({ min, max }: SizeBounds): { min: number; max: number | null } {
  return { min, max: Number.isFinite(max) ? max : null };
}

function fieldOf(
  { name, type, range, countOf, switchOf }: Member,
  write: (type: Type) => string,
): Omit<FieldDescription, "direction"> {
  return {
    name,
    wire: typeText(type),
    type: write(type),
    range: range === null ? null : rangeText(range),
    derivedFrom: countOf ?? switchOf,
  };
}

function asMember(name: string, type: Type, range: Range | null = null): Member {
  return {
    name,
    type,
    range,
    doc: null,
    countOf: null,
    switchOf: null,
    ignore: false,
    disableConsistencyCheck: false,
  };
}

function describeType(
  definition: TypeDefinition,
  field: (member: Member) => FieldDescription,
): TypeDescription {
  const { name, kind, doc } = definition;
  const base = { name, kind, doc, fields: [], labels: [] };
  switch (definition.kind) {
    case "struct":
      return { ...base, fields: definition.members.map(field) };
    case "union":
      return {
        ...base,
        fields: definition.arms.map((arm) => {
          const labels = [
            ...arm.labels.map((label) => `case ${label}`),
            ...(arm.isDefault ? ["default"] : []),
          ].join(", ");
          if (arm.type === null)
            return {
              name: labels,
              direction: null,
              wire: "nothing",
              type: "null",
              range: null,
              derivedFrom: null,
            };
          return field(asMember(`${labels}: ${arm.name ?? ""}`, arm.type, arm.range));
        }),
      };
    case "enum":
      return { ...base, labels: definition.labels.map((label) => `${label.name} = ${label.value}`) };
    case "alias":
      return { ...base, fields: [field(asMember(name, definition.type, definition.range))] };
    case "pipe":
      return { ...base, fields: [field(asMember("element", definition.element, definition.range))] };
    case "context_handle":
      return base;
  }
}
