import type { BinaryOperator } from "../model.js";
import type { Scalar } from "../model-type.js";
import type { SourceFile } from "../source/source-file.js";
import type { Span } from "../source/span.js";
import type { Token } from "./token.js";

/** One parsed file. It keeps every token with its trivia, so that tools can print the text again. */
export interface FileNode {
  readonly kind: "file";
  readonly source: SourceFile;
  readonly tokens: readonly Token[];
  readonly items: readonly Item[];
}

export interface Name {
  readonly text: string;
  readonly span: Span;
}

interface Node {
  readonly span: Span;
}

interface DeclarationNode extends Node {
  readonly doc: string | null;
  readonly attributes: readonly Attribute[];
}

/** What stands in a file, or in an interface's body. */
export type Item = InterfaceNode | ImportNode | IgnoredNode | Declaration;
export type Declaration = ConstantNode | TypedefNode | TypeNode | MethodNode | UnsupportedNode;

export interface InterfaceNode extends DeclarationNode {
  readonly kind: "interface";
  readonly name: Name;
  readonly base: Name | null;
  /** Null for a forward declaration. */
  readonly items: readonly Item[] | null;
}

export interface ImportNode extends Node {
  readonly kind: "import";
  readonly files: readonly Name[];
}

/** `cpp_quote("...")` and its like: text for a C header. */
export interface IgnoredNode extends Node {
  readonly kind: "ignored";
}

export interface ConstantNode extends DeclarationNode {
  readonly kind: "constant";
  readonly type: TypeSpecifier;
  readonly declarator: Declarator;
  readonly value: Expression;
}

export interface TypedefNode extends DeclarationNode {
  readonly kind: "typedef";
  readonly type: TypeSpecifier;
  readonly declarators: readonly Declarator[];
}

/** `struct tag { ... };` or `enum tag { ... };` by itself. */
export interface TypeNode extends DeclarationNode {
  readonly kind: "type";
  readonly type: TypeSpecifier;
}

export interface MethodNode extends DeclarationNode {
  readonly kind: "method";
  readonly name: Name;
  readonly returns: TypeSpecifier;
  /** The pointer levels of the result, outermost first. */
  readonly declarator: Declarator;
  readonly parameters: readonly FieldNode[];
  /** `...` ends the list. */
  readonly variadic: boolean;
  /** Status parameters that only the ACF file has: they are the stub's own, and never sent. */
  readonly statuses: readonly StatusNode[];
}

/** [comm_status] or [fault_status], and the parameter's name. */
export interface StatusNode {
  readonly attribute: string;
  readonly parameter: string;
}

/** Something that IDL has and we do not; `feature` names it in a message. */
export interface UnsupportedNode extends Node {
  readonly kind: "unsupported";
  readonly feature: string;
  /** Interfaces that a block declares, which others can point to. */
  readonly interfaces?: readonly string[];
}

/** A struct's member or a method's parameter. */
export interface FieldNode extends DeclarationNode {
  readonly kind: "field";
  readonly type: TypeSpecifier;
  readonly declarator: Declarator;
}

export interface Attribute extends Node {
  readonly name: Name;
  /** Null without parentheses, and for attributes whose arguments are not expressions. A blank argument is null. */
  readonly arguments: readonly (Expression | null)[] | null;
  /** What stands between the parentheses, trimmed; null without parentheses. */
  readonly text: string | null;
  /** The type between the parentheses of `switch_type` and its like; null for other attributes. */
  readonly type: TypeSpecifier | null;
}

export type TypeSpecifier =
  | (Node & { readonly kind: "base"; readonly base: BaseType })
  | (Node & { readonly kind: "reference"; readonly name: Name })
  | StructNode
  | UnionNode
  | EnumNode
  | PipeNode
  | UnsupportedNode;

/** Base types, already freed of C's many spellings. */
export type BaseType = Scalar | "void" | "handle_t";

export interface StructNode extends Node {
  readonly kind: "struct";
  readonly tag: Name | null;
  /** Null for a mention: `struct tag`. */
  readonly members: readonly FieldNode[] | null;
}

export interface UnionNode extends Node {
  readonly kind: "union";
  readonly tag: Name | null;
  /** Of an encapsulated union: `switch (type name) member`. Null for one that is not. */
  readonly discriminant: {
    readonly type: TypeSpecifier;
    readonly name: Name | null;
    readonly member: Name | null;
  } | null;
  /** Null for a mention: `union tag`. */
  readonly arms: readonly ArmNode[] | null;
}

/** `case 1: case 2: T a;`, `[case(1, 2)] T a;`, `default: ;`. */
export interface ArmNode extends Node {
  readonly labels: readonly Expression[];
  readonly isDefault: boolean;
  /** Its attributes hold neither `case` nor `default`. Null for an arm that holds nothing. */
  readonly field: FieldNode | null;
  readonly doc: string | null;
}

/** `pipe T`, what a typedef names. */
export interface PipeNode extends Node {
  readonly kind: "pipe";
  readonly element: TypeSpecifier;
}

export interface EnumNode extends Node {
  /** `bitmap` is pidl's: an integer whose bits have names. */
  readonly kind: "enum" | "bitmap";
  readonly tag: Name | null;
  readonly labels: readonly LabelNode[] | null;
}

export interface LabelNode extends Node {
  readonly name: Name;
  readonly doc: string | null;
  readonly value: Expression | null;
}

export interface Declarator extends Node {
  /** Null for an abstract parameter. */
  readonly name: Name | null;
  /** What an ACF file says of a typedef's name; empty for anything else. */
  readonly attributes: readonly Attribute[];
  /** How to read the name, outermost first: `*a[3]` is an array of pointers. */
  readonly levels: readonly Level[];
  /** Something C has and we do not: a bit field, a function pointer. */
  readonly unsupported: UnsupportedNode | null;
}

export type Level =
  | (Node & { readonly kind: "pointer" })
  /** `bound` is null for `[]` and `[*]`; `lower` is there for `[1..4]`, whose bound is one more than the last index. */
  | (Node & { readonly kind: "array"; readonly bound: Expression | null; readonly lower: Expression | null });

export type Expression = Node &
  (
    | { readonly kind: "integer"; readonly value: bigint }
    | { readonly kind: "float" }
    /** Something that C evaluates: a call, an access to a member. */
    | { readonly kind: "unsupported"; readonly feature: string }
    | { readonly kind: "string"; readonly unit: "char" | "wchar_t"; readonly value: string }
    | { readonly kind: "boolean"; readonly value: boolean }
    | { readonly kind: "null" }
    | { readonly kind: "name"; readonly name: string }
    | {
        readonly kind: "unary";
        readonly operator: "-" | "+" | "~" | "!" | "*" | "&";
        readonly operand: Expression;
      }
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
      }
    | { readonly kind: "cast"; readonly type: TypeSpecifier; readonly operand: Expression }
    | { readonly kind: "sizeof"; readonly type: TypeSpecifier }
  );
