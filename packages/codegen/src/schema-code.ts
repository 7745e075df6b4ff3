import type { Range, Scalar, Type } from "@ncalrpc/idl";
import { braced, call, type Doc } from "./doc.js";
import { isVarying } from "./frame.js";
import type { ModuleContext } from "./module-context.js";
import { rangeOf } from "./range-code.js";

const bounds: Partial<Readonly<Record<Scalar, readonly [string, string]>>> = {
  byte: ["0", "0xff"],
  char: ["0", "0xff"],
  uint8: ["0", "0xff"],
  int8: ["-0x80", "0x7f"],
  wchar_t: ["0", "0xffff"],
  uint16: ["0", "0xffff"],
  int16: ["-0x8000", "0x7fff"],
};

/** Prints zod schemas: what JSON has to look like for a type, and what becomes of it. */
export class SchemaCode {
  readonly #context: ModuleContext;
  /** Types of this module whose schemas are declared already: others can only be referred to lazily. */
  readonly #declared = new Set<string>();

  constructor(context: ModuleContext) {
    this.#context = context;
  }

  /** Remembers that a type's schema stands above whatever is printed next. */
  declare(type: string): void {
    this.#declared.add(type);
  }

  /** `z.object({...})` of named properties. */
  object(properties: readonly (readonly [name: string, schema: Doc])[]): Doc {
    return [`${this.#z}.object(`, braced(properties.map(([name, schema]) => [name, ": ", schema])), ")"];
  }

  /** The schema of a type with a range of its own; context handles are the server's objects if `isResult`. */
  type(type: Type, range: Range | null, isResult = false): Doc {
    const { index, layout } = this.#context;
    switch (type.kind) {
      case "scalar":
        return this.#scalar(type.scalar, range);
      case "string":
        return type.unit === "byte" ? this.#schema("bytes()") : `${this.#z}.string()`;
      case "named":
        return this.#named(type, range, isResult);
      case "pointer": {
        const { target } = type;
        const schema = this.type(target, rangeOf(index, { type, range }), isResult);
        if (type.pointer === "ref") return schema;
        return [index.isNullable(target) ? this.object([["value", schema]]) : schema, ".nullable()"];
      }
      case "array": {
        const typed = layout.typedArray(type);
        if (typed !== null) return this.#schema(`${typed.method}()`);
        const element = call(`${this.#z}.array`, this.type(type.element, null));
        return type.fixed === null || isVarying(type) ? element : [element, `.length(${type.fixed})`];
      }
    }
  }

  #named(type: Extract<Type, { kind: "named" }>, range: Range | null, isResult: boolean): Doc {
    const { definition } = this.#context.index.definition(type);
    if (definition.kind === "context_handle") {
      return [isResult ? this.#schema("context()") : `${this.#z}.guid()`, ".nullable()"];
    }
    if (range !== null && definition.kind === "alias") return this.type(definition.type, range, isResult);
    const schema = this.#context.typeName(type.unit, type.name, "schema");
    const isDeclared = type.unit !== this.#context.unit.name || this.#declared.has(type.name);
    return isDeclared ? schema : call(`${this.#z}.lazy`, ["() => ", schema]);
  }

  #scalar(scalar: Scalar, range: Range | null): Doc {
    if (scalar === "boolean") return `${this.#z}.boolean()`;
    if (scalar === "float" || scalar === "double") return this.#schema("float()");
    if (scalar === "int64" || scalar === "uint64") return this.#schema(`${scalar}()`);
    if (range !== null) return `${this.#z}.int().min(${range.min}).max(${range.max})`;
    const [min, max] = bounds[scalar] ?? [];
    if (min !== undefined) return `${this.#z}.int().min(${min}).max(${max})`;
    return `${this.#z}.${scalar === "int32" ? "int32" : "uint32"}()`;
  }

  #schema(method: string): string {
    return `${this.#context.library("schema")}.${method}`;
  }

  get #z(): string {
    return this.#context.library("z");
  }
}

/** `export const name: type = value;` */
export function exportedConstant(name: string, type: string | null, value: Doc): Doc {
  return [`export const ${name}${type === null ? "" : `: ${type}`} = `, value, ";"];
}
