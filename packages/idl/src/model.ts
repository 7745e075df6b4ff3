import type { Range, Scalar, Type } from "./model-type.js";

export type * from "./model-type.js";

/**
 * The checked interface model: plain JSON, and the only thing that back ends see. Names are resolved, constant
 * expressions evaluated, opnums assigned, defaults (pointer kinds, directions) written out.
 */
export interface Model {
  /** Version of this format; changes when a back end would have to change. */
  readonly format: 1;
  /** Units in dependency order: a unit comes after every unit that it refers to, unless they refer to each other. */
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
  /** `[callback]` procedures: the client runs them during a call. They have opnums of their own, from 0. */
  readonly callbacks: readonly Method[];
  /**
   * What the interface says besides, of its IDL or its ACF file: `strict_context_handle`, `encode`, `helpstring`. An `encode`,
   * `decode`, `context_handle_serialize` or `context_handle_noserialize` of one type has that type's name as its text.
   */
  readonly attributes: readonly Attribute[];
}

/** An attribute without effect on the wire, as written. */
export interface Attribute {
  readonly name: string;
  /** What stands between the parentheses; null without parentheses. */
  readonly text: string | null;
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

export type TypeDefinition =
  | StructDefinition
  | UnionDefinition
  | EnumDefinition
  | AliasDefinition
  | PipeDefinition
  | ContextHandleDefinition;

export interface StructDefinition {
  readonly kind: "struct";
  readonly name: string;
  readonly doc: string | null;
  readonly members: readonly Member[];
}

/** A tag and the arm that it selects. */
export interface UnionDefinition {
  readonly kind: "union";
  readonly name: string;
  readonly doc: string | null;
  /**
   * True for `union switch (T discriminantName) memberName {...}`, which holds its own discriminant and is used as a
   * `named` type. One that is not encapsulated is used as a `union` type, which says where the discriminant comes from.
   */
  readonly encapsulated: boolean;
  /** Of the tag that stands before the arm in either kind: an integer, boolean or char scalar, or an enum, perhaps aliased. */
  readonly discriminant: Type;
  /** Null if it is not encapsulated. */
  readonly discriminantName: string | null;
  /** Of an encapsulated one, what the arm is called: `tagged_union` where the IDL gives no name. Null otherwise. */
  readonly memberName: string | null;
  /** NDR20 aligns any arm as the widest one. Never true for an encapsulated union. */
  readonly msUnion: boolean;
  readonly arms: readonly UnionArm[];
}

export interface UnionArm {
  /** Decimal values of the discriminant, unique in the union; empty only for a default arm. */
  readonly labels: readonly string[];
  /** True for the one arm, if there is any, that stands for every other value. It can have labels besides. */
  readonly isDefault: boolean;
  /** Null, like the type, for an arm that sends nothing. */
  readonly name: string | null;
  readonly type: Type | null;
  readonly range: Range | null;
  readonly doc: string | null;
}

/** `typedef pipe T NAME;`: a parameter only, behind a ref pointer where it is [out]. */
export interface PipeDefinition {
  readonly kind: "pipe";
  readonly name: string;
  readonly doc: string | null;
  readonly element: Type;
  /** Of the number of elements in one chunk. */
  readonly range: Range | null;
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
  /** What is sent. */
  readonly type: Type;
  readonly range: Range | null;
  /** What the program sees instead; null if that is the type itself. */
  readonly hook: Hook | null;
}

/**
 * A conversion that the program supplies. `transmit_as` and `wire_marshal` name what is sent, and `local` is the typedef's
 * own name; `represent_as` and `user_marshal` name what the program sees.
 */
export interface Hook {
  readonly kind: "transmit_as" | "represent_as" | "wire_marshal" | "user_marshal";
  readonly local: string;
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
  /** Likewise, the sibling union whose arm this integer or enum selects, when that is all it is for. */
  readonly switchOf: string | null;
  /** [ignore]: of this pointer, only a pointer's place is sent; it reads as null. */
  readonly ignore: boolean;
  /** [disable_consistency_check]: a null pointer may stand for an array whose count is not zero. */
  readonly disableConsistencyCheck: boolean;
}

export interface Parameter extends Member {
  readonly direction: "in" | "out" | "in,out";
  /** [partial_ignore]: of this unique pointer, the request carries only whether it is null. */
  readonly partialIgnore: boolean;
}

export interface Method {
  readonly name: string;
  readonly doc: string | null;
  /** Position among the interface's remote procedures, or among its callbacks, from 0. */
  readonly opnum: number;
  readonly idempotent: boolean;
  /** No response: the call ends when the request is sent. */
  readonly maybe: boolean;
  /** To every server of a network: datagrams only. Such a method is idempotent too. */
  readonly broadcast: boolean;
  /** Sent through a message queue only. */
  readonly message: boolean;
  /** The [local] method that this one stands in for on the wire; null without `call_as`. */
  readonly callAs: string | null;
  /**
   * What else it says, as for an interface: `async`, `encode`, `helpstring`. `comm_status` and `fault_status` have the name of
   * the parameter that gets the status as their text, null for the return value; one that is no parameter of the method is
   * the client's own and never sent.
   */
  readonly attributes: readonly Attribute[];
  /** handle_t parameters are left out: they select a binding and are never sent. */
  readonly parameters: readonly Parameter[];
  /** Null for `void`. */
  readonly returns: Type | null;
}
