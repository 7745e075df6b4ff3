import type { EnumDefinition, Member, Model, Scalar, Type, TypeDefinition, UnionArm } from "@ncalrpc/idl";

const SCALARS: Readonly<Record<Scalar, string>> = {
  boolean: "bool",
  byte: "uint32",
  char: "uint32",
  wchar_t: "uint32",
  int8: "sint32",
  uint8: "uint32",
  int16: "sint32",
  uint16: "uint32",
  int32: "sint32",
  uint32: "uint32",
  int64: "sint64",
  uint64: "uint64",
  int3264: "sint64",
  uint3264: "uint64",
  float: "float",
  double: "double",
  error_status_t: "uint32",
};

/** What a value is in a message. */
interface FieldType {
  readonly label: "" | "optional " | "repeated ";
  readonly type: string;
}

/** The same as a model, in proto3: a message for each struct and union, two for each method, and a service for each interface. */
export function protoSchema(model: Model): string {
  return new ProtoSchema(model).text();
}

class ProtoSchema {
  readonly #model: Model;
  readonly #types: ReadonlyMap<string, TypeDefinition>;
  readonly #out: string[] = ['syntax = "proto3";', "package schema;"];

  constructor(model: Model) {
    this.#model = model;
    this.#types = new Map(
      model.units.flatMap(({ name, types }) => types.map((type) => [messageName(name, type.name), type])),
    );
  }

  text(): string {
    for (const [name, definition] of this.#types) this.#define(name, definition);
    for (const { name: unit, interface: contract } of this.#model.units) {
      if (contract === null) continue;
      const calls = contract.methods.map(({ name, parameters, returns }) => {
        const method = `${messageName(unit, name)}Call`;
        const result = returns === null ? [] : [plainMember("return_value", returns)];
        const goes = (way: string) => parameters.filter(({ direction }) => direction.includes(way));
        this.#message(`${method}Request`, goes("in"));
        this.#message(`${method}Response`, [...goes("out"), ...result]);
        return `  rpc ${name}(${method}Request) returns (${method}Response);`;
      });
      this.#out.push([`service ${unit} {`, ...calls, "}"].join("\n"));
    }
    return `${this.#out.join("\n")}\n`;
  }

  #define(name: string, definition: TypeDefinition): void {
    if (definition.kind === "struct") this.#message(name, definition.members);
    else if (definition.kind === "enum") this.#out.push(enumText(name, definition));
    else if (definition.kind === "union") this.#union(name, definition.arms);
  }

  #message(name: string, members: readonly Member[]): void {
    const sent = members.filter(({ countOf, switchOf }) => countOf === null && switchOf === null);
    const fields = sent.map((member, index) => {
      const { label, type } = this.#field(member.type, `${name}_${index + 1}`);
      return `  ${label}${type} ${member.name}_${index + 1} = ${index + 1};`;
    });
    this.#out.push([`message ${name} {`, ...fields, "}"].join("\n"));
  }

  #union(name: string, arms: readonly UnionArm[]): void {
    const fields = arms.flatMap(({ name: arm, type }, index) =>
      type === null
        ? []
        : [`    ${this.#single(type, `${name}_${index + 1}`)} ${arm}_${index + 1} = ${index + 1};`],
    );
    this.#out.push(
      fields.length === 0
        ? `message ${name} {}`
        : [`message ${name} {`, "  oneof arm {", ...fields, "  }", "}"].join("\n"),
    );
  }

  /** `place` names what has to be a message of its own. */
  #field(type: Type, place: string): FieldType {
    switch (type.kind) {
      case "scalar":
        return { label: "", type: SCALARS[type.scalar] };
      case "string":
        return { label: "", type: type.unit === "byte" ? "bytes" : "string" };
      case "system_handle":
        return { label: "", type: "uint32" };
      case "pointer": {
        const target = this.#field(type.target, place);
        return target.label === "" && type.pointer !== "ref" ? { ...target, label: "optional " } : target;
      }
      case "array":
        if (this.#isOctet(type.element)) return { label: "", type: "bytes" };
        return { label: "repeated ", type: this.#single(type.element, place) };
      case "named":
      case "union": {
        const name = messageName(type.unit, type.name);
        const definition = this.#types.get(name);
        if (definition?.kind === "alias") return this.#field(definition.type, place);
        if (definition?.kind === "context_handle") return { label: "", type: "bytes" };
        if (definition?.kind !== "pipe") return { label: "", type: name };
        return { label: "repeated ", type: this.#single(definition.element, place) };
      }
    }
  }

  /** A type that can stand in a list or a oneof: a list within is a message of its own. */
  #single(type: Type, place: string): string {
    const field = this.#field(type, `${place}_item`);
    if (field.label !== "repeated ") return field.type;
    this.#out.push(`message ${place} { repeated ${field.type} items = 1; }`);
    return place;
  }

  #isOctet(type: Type): boolean {
    if (type.kind === "scalar") return type.scalar === "byte" || type.scalar === "uint8";
    if (type.kind !== "named") return false;
    const definition = this.#types.get(messageName(type.unit, type.name));
    return definition?.kind === "alias" && this.#isOctet(definition.type);
  }
}

function messageName(unit: string, name: string): string {
  return `${unit}_${name}`.replaceAll(/[^A-Za-z0-9_]/g, "_");
}

/** Names of values are the package's, not the enum's; the first value has to be 0. */
function enumText(name: string, { labels }: EnumDefinition): string {
  const first = labels[0]?.value === 0 ? [] : [{ name: "unspecified_", value: 0 }];
  const values = [...first, ...labels];
  const isAliased = new Set(values.map(({ value }) => value)).size < values.length;
  return [
    `enum ${name} {`,
    ...(isAliased ? ["  option allow_alias = true;"] : []),
    ...values.map(({ name: label, value }) => `  ${name}_${label} = ${value};`),
    "}",
  ].join("\n");
}

function plainMember(name: string, type: Type): Member {
  return {
    name,
    type,
    doc: null,
    range: null,
    countOf: null,
    switchOf: null,
    ignore: false,
    disableConsistencyCheck: false,
  };
}
