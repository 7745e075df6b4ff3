import type { ConstantValue, Expression, Method, Parameter, Range, Scalar, Unit } from "../model.js";
import type { Span } from "../source/span.js";

/** What becomes a unit of the model, while it is being filled. */
export interface UnitBuilder {
  readonly kind: Unit["kind"];
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
  readonly methods: ResolvedMethod[];
}

export interface ResolvedMethod extends Pick<Method, "name" | "doc" | "idempotent"> {
  readonly span: Span;
  readonly parameters: readonly ResolvedField[];
  readonly returns: ResolvedType | null;
}

/** A member, or (with a direction) a parameter. */
export interface ResolvedField {
  readonly name: string;
  readonly doc: string | null;
  readonly span: Span;
  readonly type: ResolvedType;
  readonly range: Range | null;
  readonly direction: Parameter["direction"] | null;
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
  | { readonly kind: "void" }
  | { readonly kind: "handle" }
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
export type DefinedSymbol = StructSymbol | EnumSymbol | AliasSymbol | ContextHandleSymbol;

interface SymbolBase {
  /** Of a struct that is only mentioned so far: where it is mentioned. */
  unit: UnitBuilder;
  readonly span: Span;
  doc: string | null;
  naming: Naming;
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
