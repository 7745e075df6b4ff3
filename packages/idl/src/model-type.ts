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
  /** `__int3264`: 32 bits in NDR20, 64 bits in NDR64. */
  | "int3264"
  | "uint3264"
  | "float"
  | "double"
  | "error_status_t";

export type Type =
  | { readonly kind: "scalar"; readonly scalar: Scalar }
  /** A definition of any kind; `unit` is the name of the unit that defines it. */
  | { readonly kind: "named"; readonly unit: string; readonly name: string }
  /** The use of a union that is not encapsulated: an expression over siblings gives its discriminant. */
  | { readonly kind: "union"; readonly unit: string; readonly name: string; readonly switchIs: Expression }
  /** At the top level of a parameter `ref` costs nothing on the wire; elsewhere each kind does (NDR b.8). `ptr` is full. */
  | { readonly kind: "pointer"; readonly pointer: "ref" | "unique" | "ptr"; readonly target: Type }
  | ArrayType
  | StringType
  | SystemHandleType;

/** What a `sh_` keyword of MIDL's `system_handle` names. */
export type SystemHandleKind =
  | "composition"
  | "event"
  | "file"
  | "job"
  | "mutex"
  | "pipe"
  | "process"
  | "reg_key"
  | "section"
  | "semaphore"
  | "socket"
  | "thread"
  | "token";

/** `[system_handle(sh_file)] HANDLE`: an object of the operating system that travels beside the message, which holds its number. */
export interface SystemHandleType {
  readonly kind: "system_handle";
  readonly handle: SystemHandleKind;
  /** The access mask as written; null without one: the access that the sender has. */
  readonly access: string | null;
  /** [unique] on the handle itself: there may be none. */
  readonly nullable: boolean;
}

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
  /**
   * True for a further dimension of the array around it that is not fixed, or has one behind it that is not: C706 14.3.3.4
   * to 14.3.3.6 put the counts of all dimensions in front of the first element. False everywhere else.
   */
  readonly joined: boolean;
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
