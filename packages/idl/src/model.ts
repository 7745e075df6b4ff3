/**
 * The checked interface model: plain JSON, and the only thing that back ends see. Names are resolved, constant
 * expressions evaluated, opnums assigned, defaults (pointer kinds, directions) written out.
 */
export interface Model {
  /** Version of this format; changes when a back end would have to change. */
  readonly format: 1;
  /** Units in dependency order: a unit comes after every unit that it refers to. */
  readonly units: readonly Unit[];
}

/** What becomes one module: an interface, or the definitions that a file makes outside any interface. */
export interface Unit {
  readonly kind: "interface" | "definitions";
  /** The interface's name, or the file's base name without `.idl`. Unique in a model after case folding. */
  readonly name: string;
  /** The file that defines it, as it was named on the command line or found through an import. */
  readonly file: string;
  /** True if the unit came through `import`: its types are wanted, its stubs are not. */
  readonly imported: boolean;
  readonly doc: string | null;
  readonly constants: readonly Constant[];
  readonly types: readonly TypeDefinition[];
  /** Null for `definitions`. */
  readonly interface: Interface | null;
}

export interface Interface {
  /** Lower case, without braces. */
  readonly uuid: string;
  readonly version: { readonly major: number; readonly minor: number };
  /** Well-known endpoints as written: `ncalrpc:[name]`. */
  readonly endpoints: readonly string[];
  readonly methods: readonly Method[];
}

export interface Constant {
  readonly name: string;
  readonly doc: string | null;
  readonly value: ConstantValue;
}

export type ConstantValue =
  | { readonly kind: "integer"; readonly scalar: Scalar; readonly value: string }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "string"; readonly unit: "char" | "wchar_t"; readonly value: string };

/** Integers are named by their width, so that back ends need not know IDL's `small`, `short`, `long` and `hyper`. */
export type Scalar =
  | "boolean"
  | "byte"
  | "char"
  | "wchar_t"
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64"
  | "float"
  | "double"
  | "error_status_t";

export type TypeDefinition = StructDefinition | EnumDefinition | AliasDefinition | ContextHandleDefinition;

export interface StructDefinition {
  readonly kind: "struct";
  readonly name: string;
  readonly doc: string | null;
  readonly members: readonly Member[];
}

export interface EnumDefinition {
  readonly kind: "enum";
  readonly name: string;
  readonly doc: string | null;
  /** True for `v1_enum`: 32 bits on the wire instead of 16. */
  readonly wide: boolean;
  readonly labels: readonly { readonly name: string; readonly value: number; readonly doc: string | null }[];
}

export interface AliasDefinition {
  readonly kind: "alias";
  readonly name: string;
  readonly doc: string | null;
  readonly type: Type;
  readonly range: Range | null;
}

/** `typedef [context_handle] void *NAME;` */
export interface ContextHandleDefinition {
  readonly kind: "context_handle";
  readonly name: string;
  readonly doc: string | null;
}

/** A struct's member, or (with a direction) a parameter. */
export interface Member {
  readonly name: string;
  readonly doc: string | null;
  readonly type: Type;
  readonly range: Range | null;
  /**
   * The sibling array or string that this integer counts, when that is all it is for: it is the plain operand of that
   * array's size_is or length_is, of no other, and travels in the same direction. Back ends derive its value.
   */
  readonly countOf: string | null;
}

export interface Parameter extends Member {
  readonly direction: "in" | "out" | "in,out";
}

export interface Method {
  readonly name: string;
  readonly doc: string | null;
  /** Position among the interface's remote procedures, from 0. */
  readonly opnum: number;
  readonly idempotent: boolean;
  /** handle_t parameters are left out: they select a binding and are never sent. */
  readonly parameters: readonly Parameter[];
  /** Null for `void`. */
  readonly returns: Type | null;
}

export type Type =
  | { readonly kind: "scalar"; readonly scalar: Scalar }
  /** A struct, enum, alias or context handle; `unit` is the name of the unit that defines it. */
  | { readonly kind: "named"; readonly unit: string; readonly name: string }
  /** At the top level of a parameter `ref` costs nothing on the wire; elsewhere each kind does (NDR b.8). */
  | { readonly kind: "pointer"; readonly pointer: "ref" | "unique"; readonly target: Type }
  | ArrayType
  | StringType;

export interface ArrayType {
  readonly kind: "array";
  readonly element: Type;
  /** Declared bound: set for `T a[5]`, null for `T a[]` and `[size_is(n)] T *a`. */
  readonly fixed: number | null;
  /** Elements that the array has; null for a fixed array. `max_is` is lowered to this. */
  readonly size: Expression | null;
  /** Elements that are sent; null if all of them. `last_is` is lowered to this. */
  readonly length: Expression | null;
  /** Index of the first element that is sent; null for 0. */
  readonly first: Expression | null;
}

export interface StringType {
  readonly kind: "string";
  /** `byte` strings hold octets and end with a zero octet. */
  readonly unit: "char" | "wchar_t" | "byte";
  /** Declared bound with the terminator: set for `[string] char s[8]`, a varying string without a max count. */
  readonly fixed: number | null;
  /** `[string, size_is(e)]`: capacity with the terminator. */
  readonly size: Expression | null;
}

/** Inclusive bounds as decimal integers. Of an array or string: of its element count with the terminator. */
export interface Range {
  readonly min: string;
  readonly max: string;
}

/** Evaluated at run time over sibling members or parameters. */
export type Expression =
  | { readonly kind: "integer"; readonly value: string }
  /** `n`, or with `dereference` `*n`. */
  | { readonly kind: "name"; readonly name: string; readonly dereference: boolean }
  | { readonly kind: "unary"; readonly operator: "-" | "+" | "~" | "!"; readonly operand: Expression }
  | {
      readonly kind: "binary";
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: "conditional";
      readonly condition: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
    };

export type BinaryOperator =
  | "*"
  | "/"
  | "%"
  | "+"
  | "-"
  | "<<"
  | ">>"
  | "<"
  | "<="
  | ">"
  | ">="
  | "=="
  | "!="
  | "&"
  | "^"
  | "|"
  | "&&"
  | "||";
