import type { Range, Scalar, Type } from "@ncalrpc/idl";
import { braced, call, type Doc, list, memberChain } from "./doc.js";
import { chunkType, isVarying } from "./model-index.js";
import type { ModuleContext } from "./module-context.js";
import { rangeOf } from "./range-code.js";
import { scalarLayout } from "./scalar-layout.js";
import type { WellKnownText } from "./well-known.js";

const bounds: Partial<Readonly<Record<Scalar, readonly [string, string]>>> = {
  byte: ["0", "0xff"],
  char: ["0", "0xff"],
  uint8: ["0", "0xff"],
  int8: ["-0x80", "0x7f"],
  wchar_t: ["0", "0xffff"],
  uint16: ["0", "0xffff"],
  int16: ["-0x8000", "0x7fff"],
};

function isFloat(scalar: Scalar): boolean {
  return scalar === "float" || scalar === "double";
}

/** Prints zod schemas: what JSON has to look like for a type, and what becomes of it. */
export class SchemaCode {
  readonly #context: ModuleContext;

  constructor(context: ModuleContext) {
    this.#context = context;
  }

  /** `z.object({...})` of named properties. */
  object(properties: readonly (readonly [name: string, schema: Doc])[]): Doc {
    return [`${this.#z}.object(`, braced(properties.map(([name, schema]) => [name, ": ", schema])), ")"];
  }

  /** The schema of a type with a range of its own; context handles are the server's objects if `isResult`. */
  type(type: Type, range: Range | null, isResult = false): Doc {
    const { index, layout } = this.#context;
    const chain = this.#chain(type, range);
    if (chain !== null) return memberChain(this.#z, chain);
    switch (type.kind) {
      case "scalar":
        return this.#scalar(type.scalar);
      case "string":
        return type.unit === "byte" ? this.#schema("bytes()") : `${this.#z}.string()`;
      case "system_handle":
        return [this.#schema("handle()"), type.nullable ? ".nullable()" : ""];
      case "union":
      case "named":
        return this.#named(type, range, isResult);
      case "pointer": {
        const { target } = type;
        const schema = this.type(target, rangeOf(index, { type, range }), isResult);
        if (type.pointer === "ref") return schema;
        const held = index.isBoxed(type) ? this.object([["value", schema]]) : schema;
        return [type.pointer === "ptr" ? this.#shared(held) : held, ".nullable()"];
      }
      case "array": {
        const typed = layout.typedArray(type);
        if (typed !== null) return this.#schema(`${typed.method}()`);
        const element = call(`${this.#z}.array`, this.type(type.element, null, isResult));
        return type.fixed === null || isVarying(type) ? element : [element, `.length(${type.fixed})`];
      }
    }
  }

  #named(type: Extract<Type, { kind: "named" | "union" }>, range: Range | null, isResult: boolean): Doc {
    const { definition } = this.#context.index.definition(type);
    if (definition.kind === "context_handle") {
      return [isResult ? this.#schema("context()") : `${this.#z}.guid()`, ".nullable()"];
    }
    if (definition.kind === "pipe") {
      if (isResult) return this.#schema("stream()");
      return call(`${this.#z}.array`, this.type(chunkType(definition), null));
    }
    if (range !== null && definition.kind === "alias") return this.type(definition.type, range, isResult);
    return this.#context.typeName(type.unit, type.name, "schema");
  }

  guid(): Doc {
    return `${this.#z}.guid()`;
  }

  wellKnownText(text: WellKnownText): Doc {
    if (text === "sid") return `${this.#z}.string().regex(/^S-[0-9]+-([0-9]+|0x[0-9a-f]{12})(-[0-9]+)*$/i)`;
    return `${this.#z}.string().max(32767).nullable()`;
  }

  /** `z.union([...])` of schemas, one a line where they do not fit. */
  union(members: readonly Doc[]): Doc {
    return [`${this.#z}.union(`, list(members, "[", "]"), ")"];
  }

  /** The schema of one value of a discriminant: enums by label too, 64-bit integers as decimal strings too. */
  tag(discriminant: Type, value: string): Doc {
    const literal = `${this.#z}.literal(${value})`;
    const resolved = this.#context.index.resolve(discriminant);
    const isNumber = resolved.kind === "scalar" && scalarLayout(resolved.scalar).type !== "bigint";
    return isNumber ? literal : [this.type(discriminant, null), `.pipe(${literal})`];
  }

  /** The calls that make the schema of an integer with bounds of its own; null for other types. */
  #chain(type: Type, range: Range | null): string[] | null {
    if (type.kind === "pointer") {
      const { index } = this.#context;
      if (index.isBoxed(type)) return null;
      const target = this.#chain(type.target, rangeOf(index, { type, range }));
      return target === null || type.pointer === "ref" ? target : [...target, ".nullable()"];
    }
    if (type.kind !== "scalar" || scalarLayout(type.scalar).type !== "number" || isFloat(type.scalar))
      return null;
    const [min, max] = range === null ? (bounds[type.scalar] ?? []) : [range.min, range.max];
    return min === undefined ? null : [".int()", `.min(${min})`, `.max(${max})`];
  }

  #scalar(scalar: Scalar): Doc {
    if (scalar === "boolean") return `${this.#z}.boolean()`;
    if (isFloat(scalar)) return this.#schema("float()");
    if (scalarLayout(scalar).type === "bigint") {
      return this.#schema(scalar.startsWith("u") ? "uint64()" : "int64()");
    }
    return `${this.#z}.${scalar === "int32" ? "int32" : "uint32"}()`;
  }

  /** What a hook makes of what is sent, or what it makes that of. */
  hooked(wire: Doc, name: string): Doc {
    return call(`${this.#context.library("schema")}.hooked`, wire, this.#context.hook(name));
  }

  /** What a full pointer points to: other pointers to the same object keep doing so. */
  #shared(schema: Doc): Doc {
    return call(`${this.#context.library("schema")}.shared`, schema);
  }

  #schema(method: string): string {
    return `${this.#context.library("schema")}.${method}`;
  }

  get #z(): string {
    return this.#context.library("z");
  }
}
