import {
  type DefinedSymbol,
  nameOf,
  type ResolvedField,
  type ResolvedInterface,
  type ResolvedType,
  type UnitBuilder,
} from "../check/symbols.js";
import type { Interface, Member, Model, Parameter, Type, TypeDefinition, Unit } from "../model.js";
import { countedSibling } from "./count-of.js";

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
    case "enum":
      return { kind: "enum", name, doc, wide: symbol.wide, labels: symbol.labels };
    case "alias":
      return { kind: "alias", name, doc, type: emitType(symbol.type), range: symbol.range, hook: null };
    case "context_handle":
      return { kind: "context_handle", name, doc };
  }
}

function emitInterface(resolved: ResolvedInterface): Interface {
  const { uuid, version, endpoints, methods } = resolved;
  return {
    uuid,
    version,
    endpoints,
    callbacks: [],
    attributes: [],
    methods: methods.map((method, opnum) => ({
      name: method.name,
      doc: method.doc,
      opnum,
      idempotent: method.idempotent,
      maybe: false,
      broadcast: false,
      message: false,
      callAs: null,
      attributes: [],
      parameters: emitParameters(method.parameters),
      returns: method.returns === null ? null : emitType(method.returns),
    })),
  };
}

function emitParameters(fields: readonly ResolvedField[]): Parameter[] {
  const members = emitFields(fields);
  return members.map((member, index) => ({
    ...member,
    direction: fields[index]?.direction ?? "in",
    partialIgnore: false,
  }));
}

function emitFields(fields: readonly ResolvedField[]): Member[] {
  const counts = countedSibling(fields);
  return fields.map((field) => ({
    name: field.name,
    doc: field.doc,
    type: emitType(field.type),
    range: field.range,
    countOf: counts.get(field.name) ?? null,
    switchOf: null,
    ignore: false,
    disableConsistencyCheck: false,
  }));
}

function emitType(type: ResolvedType): Type {
  switch (type.kind) {
    case "scalar":
      return type;
    case "named":
      return { kind: "named", unit: type.symbol.unit.name, name: nameOf(type.symbol) };
    case "pointer":
      return { kind: "pointer", pointer: type.pointer, target: emitType(type.target) };
    case "array":
      return { ...type, element: emitType(type.element) };
    case "string":
      return type;
    case "void":
    case "handle":
    case "error":
      throw new TypeError(`a checked model holds no ${type.kind} type`);
  }
}
