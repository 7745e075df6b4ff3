import {
  type DefinedSymbol,
  nameOf,
  type ResolvedField,
  type ResolvedInterface,
  type ResolvedMethod,
  type ResolvedType,
  type UnionSymbol,
  type UnitBuilder,
} from "../check/symbols.js";
import type {
  Interface,
  Member,
  Method,
  Model,
  Parameter,
  Type,
  TypeDefinition,
  UnionDefinition,
  Unit,
} from "../model.js";
import { controlledSiblings } from "./count-of.js";

/** The model of checked units, which are in dependency order. Only for a compilation without errors. */
export function emitModel(units: readonly UnitBuilder[]): Model {
  return { format: 1, units: units.map(emitUnit) };
}

function emitUnit(unit: UnitBuilder): Unit {
  const { kind, name, file, imported, doc } = unit;
  return {
    kind,
    name,
    file,
    imported,
    doc,
    constants: unit.constants.map((constant) => ({
      name: constant.name,
      doc: constant.doc,
      value: constant.value,
    })),
    types: unit.types.map(emitDefinition),
    interface: unit.interface === null ? null : emitInterface(unit.interface),
  };
}

function emitDefinition(symbol: DefinedSymbol): TypeDefinition {
  const name = nameOf(symbol);
  const { doc } = symbol;
  switch (symbol.kind) {
    case "struct":
      return { kind: "struct", name, doc, members: emitFields(symbol.members ?? []) };
    case "union":
      return emitUnion(symbol);
    case "pipe":
      return { kind: "pipe", name, doc, element: emitType(symbol.element), range: symbol.range };
    case "enum":
      return { kind: "enum", name, doc, wide: symbol.wide, labels: symbol.labels };
    case "alias":
      return {
        kind: "alias",
        name,
        doc,
        type: emitType(symbol.type),
        range: symbol.range,
        hook: symbol.hook,
      };
    case "context_handle":
      return { kind: "context_handle", name, doc };
  }
}

function emitUnion(symbol: UnionSymbol): UnionDefinition {
  const { doc, encapsulated, discriminantName, memberName, msUnion } = symbol;
  return {
    kind: "union",
    name: nameOf(symbol),
    doc,
    encapsulated,
    discriminant: emitType(symbol.discriminant ?? { kind: "scalar", scalar: "int32" }),
    discriminantName,
    memberName,
    msUnion,
    arms: symbol.arms.map(({ labels, isDefault, field, doc }) => ({
      labels: labels.map(({ value }) => value.toString()),
      isDefault,
      name: field?.name ?? null,
      type: field === null ? null : emitType(field.type),
      range: field?.range ?? null,
      doc,
    })),
  };
}

function emitMethod(method: ResolvedMethod): Method {
  const { span: _span, foreign: _foreign, parameters, returns, ...rest } = method;
  return {
    ...rest,
    parameters: emitParameters(parameters),
    returns: returns === null ? null : emitType(returns),
  };
}

function emitInterface(resolved: ResolvedInterface): Interface {
  const { uuid, version, endpoints, attributes, methods, callbacks } = resolved;
  return {
    uuid,
    version,
    endpoints,
    methods: methods.map(emitMethod),
    callbacks: callbacks.map(emitMethod),
    attributes,
  };
}

function emitParameters(fields: readonly ResolvedField[]): Parameter[] {
  const members = emitFields(fields);
  return members.map((member, index) => ({
    ...member,
    direction: fields[index]?.direction ?? "in",
    partialIgnore: fields[index]?.partialIgnore ?? false,
  }));
}

function emitFields(fields: readonly ResolvedField[]): Member[] {
  const { counts, switches } = controlledSiblings(fields);
  return fields.map((field) => ({
    name: field.name,
    doc: field.doc,
    type: emitType(field.type),
    range: field.range,
    countOf: counts.get(field.name) ?? null,
    switchOf: switches.get(field.name) ?? null,
    ignore: field.ignore,
    disableConsistencyCheck: field.disableConsistencyCheck,
  }));
}

function emitType(type: ResolvedType): Type {
  switch (type.kind) {
    case "scalar":
      return type;
    case "named":
      return { kind: "named", unit: type.symbol.unit.name, name: nameOf(type.symbol) };
    case "union": {
      const { symbol, switchIs } = type;
      return { kind: "union", unit: symbol.unit.name, name: nameOf(symbol), switchIs };
    }
    case "pointer":
      return { kind: "pointer", pointer: type.pointer, target: emitType(type.target) };
    case "array":
      return { ...type, element: emitType(type.element) };
    case "string":
    case "system_handle":
      return type;
    case "void":
    case "handle":
    case "foreign":
    case "error":
      throw new TypeError(`a checked model holds no ${type.kind} type`);
  }
}
