import type {
  Attribute,
  ConstantValue,
  Expression,
  Hook,
  Method,
  Parameter,
  Range,
  Scalar,
  SystemHandleType,
  Unit,
} from "../model.js";
import type { Span } from "../source/span.js";
import type { FieldNode } from "../syntax/ast.js";

/** What becomes a unit of the model, while it is being filled. */
export interface UnitBuilder {
  readonly kind: Unit["kind"];
  /** True for a file of our own that stands in for one that was not found: only what is used of it is emitted. */
  readonly builtIn: boolean;
  name: string;
  readonly file: string;
  readonly imported: boolean;
  readonly doc: string | null;
  readonly span: Span;
  readonly constants: {
    readonly name: string;
    readonly doc: string | null;
    readonly value: ConstantValue;
    readonly span: Span;
  }[];
  readonly types: DefinedSymbol[];
  interface: ResolvedInterface | null;
}

export interface ResolvedInterface {
  readonly uuid: string;
  readonly version: { readonly major: number; readonly minor: number };
  readonly endpoints: readonly string[];
  readonly attributes: Attribute[];
  readonly methods: ResolvedMethod[];
  readonly callbacks: ResolvedMethod[];
}

export interface ResolvedMethod extends Omit<Method, "parameters" | "returns"> {
  readonly span: Span;
  /** Names the attribute that keeps the method from being generated; null if none does. */
  readonly foreign: string | null;
  readonly parameters: readonly ResolvedField[];
  readonly returns: ResolvedType | null;
}

/** A member, or (with a direction) a parameter. */
export interface ResolvedField {
  readonly name: string;
  readonly doc: string | null;
  readonly span: Span;
  readonly node: FieldNode;
  readonly type: ResolvedType;
  readonly range: Range | null;
  readonly direction: Parameter["direction"] | null;
  readonly ignore: boolean;
  readonly disableConsistencyCheck: boolean;
  readonly partialIgnore: boolean;
}

export type PointerKind = "ref" | "unique" | "ptr";

/** The model's types, with symbols in place of names, and what has no place in the model. */
export type ResolvedType =
  | { readonly kind: "scalar"; readonly scalar: Scalar }
  | { readonly kind: "named"; readonly symbol: DefinedSymbol }
  | {
      readonly kind: "pointer";
      readonly pointer: PointerKind;
      /** False if the kind is a default, which another place may replace by its own. */
      readonly explicit: boolean;
      readonly target: ResolvedType;
    }
  | ResolvedArray
  | ResolvedString
  | SystemHandleType
  /** A use of a union that is not encapsulated. */
  | { readonly kind: "union"; readonly symbol: UnionSymbol; readonly switchIs: Expression }
  | { readonly kind: "void" }
  | { readonly kind: "handle" }
  /** Something that IDL has and that is not generated. Nothing is wrong with it until it is to be sent. */
  | { readonly kind: "foreign"; readonly feature: string }
  /** Already reported: every check lets it pass. */
  | { readonly kind: "error" };

export interface ResolvedArray {
  readonly kind: "array";
  readonly element: ResolvedType;
  readonly fixed: number | null;
  readonly size: Expression | null;
  readonly length: Expression | null;
  readonly first: Expression | null;
  readonly joined: boolean;
}

export interface ResolvedString {
  readonly kind: "string";
  readonly unit: "char" | "wchar_t" | "byte";
  readonly fixed: number | null;
  readonly size: Expression | null;
}

/** A type definition. Its name is final only at the end: a typedef gives an earlier tag its name. */
export type DefinedSymbol =
  | StructSymbol
  | UnionSymbol
  | EnumSymbol
  | AliasSymbol
  | PipeSymbol
  | ContextHandleSymbol;

/** What has members and can refer to itself. */
export type AggregateSymbol = StructSymbol | UnionSymbol;

interface SymbolBase {
  /** Of a struct that is only mentioned so far: where it is mentioned. */
  unit: UnitBuilder;
  readonly span: Span;
  doc: string | null;
  naming: Naming;
  /** Names what keeps the definition from being generated; null if nothing does. */
  foreign: string | null;
}

/** `tag` gives way to a typedef's name; `nested` is made from what a type without a name stands in. */
export type Naming =
  | { readonly kind: "typedef" | "tag"; readonly name: string }
  | { readonly kind: "nested"; readonly owner: DefinedSymbol | string; readonly member: string };

export interface StructSymbol extends SymbolBase {
  readonly kind: "struct";
  /** Null until the definition is complete. */
  members: readonly ResolvedField[] | null;
  /** True while its members are being resolved. */
  open: boolean;
  /** True if it ends in an array whose size is not fixed. */
  conformant: boolean;
}

export interface UnionSymbol extends SymbolBase {
  readonly kind: "union";
  /** Null until the definition is complete. These are the fields of the arms. */
  members: readonly ResolvedField[] | null;
  open: boolean;
  /** An arm has a fixed size, or is a pointer. */
  readonly conformant: false;
  encapsulated: boolean;
  /** Null while neither the definition nor a use has said it. */
  discriminant: ResolvedType | null;
  discriminantName: string | null;
  memberName: string | null;
  msUnion: boolean;
  arms: readonly ResolvedArm[];
}

export interface ResolvedArm {
  readonly labels: readonly { readonly value: bigint; readonly span: Span }[];
  readonly isDefault: boolean;
  readonly field: ResolvedField | null;
  readonly doc: string | null;
  readonly span: Span;
}

/** `typedef pipe T NAME;` */
export interface PipeSymbol extends SymbolBase {
  readonly kind: "pipe";
  readonly element: ResolvedType;
  readonly range: Range | null;
}

export interface EnumSymbol extends SymbolBase {
  readonly kind: "enum";
  wide: boolean;
  readonly labels: readonly { readonly name: string; readonly value: number; readonly doc: string | null }[];
}

export interface AliasSymbol extends SymbolBase {
  readonly kind: "alias";
  readonly type: ResolvedType;
  /** What stands behind this alias and those that it goes through. */
  readonly bare: ResolvedType;
  /** True for a pointer to void: good for context handles only. */
  readonly opaque: boolean;
  /** What an opaque alias is where a parameter makes it a context handle. */
  handle: ContextHandleSymbol | null;
  readonly range: Range | null;
  readonly hook: Hook | null;
  readonly conformant: boolean;
}

export interface ContextHandleSymbol extends SymbolBase {
  readonly kind: "context_handle";
}

/** What an ordinary name stands for. */
export type OrdinarySymbol =
  | { readonly kind: "type"; readonly type: ResolvedType; readonly span: Span }
  | { readonly kind: "constant"; readonly value: ConstantValue; readonly span: Span }
  | { readonly kind: "label"; readonly value: bigint; readonly span: Span };

/** A definition's name in the model. */
export function nameOf(symbol: DefinedSymbol): string {
  const { naming } = symbol;
  if (naming.kind !== "nested") return naming.name;
  return `${typeof naming.owner === "string" ? naming.owner : nameOf(naming.owner)}_${naming.member}`;
}
