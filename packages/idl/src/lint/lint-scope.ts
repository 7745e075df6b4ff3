import type {
  Attribute,
  Declarator,
  Expression,
  FieldNode,
  FileNode,
  InterfaceNode,
  Item,
  MethodNode,
  TypeSpecifier,
} from "../syntax/ast.js";
import { attributeOf } from "./attribute-of.js";
import type { TypeTable } from "./type-table.js";

/** Parameters of a method, or members of a struct: what can name each other. */
export interface FieldGroup {
  readonly kind: "parameters" | "members" | "arms";
  /** The method, or the struct as far as it has a name. */
  readonly owner: string;
  readonly fields: readonly FieldNode[];
}

/** One file as rules look at it, with the types that it can see. */
export class LintScope {
  readonly file: FileNode;
  readonly types: TypeTable;
  readonly interfaces: readonly InterfaceNode[];
  readonly groups: readonly FieldGroup[];

  constructor(file: FileNode, types: TypeTable) {
    this.file = file;
    this.types = types;
    this.interfaces = file.items.filter((item) => item.kind === "interface");
    this.groups = [...groupsOf(file.items)];
  }

  methods(): { readonly owner: InterfaceNode; readonly method: MethodNode }[] {
    return this.interfaces.flatMap((owner) =>
      (owner.items ?? []).flatMap((item) => (item.kind === "method" ? [{ owner, method: item }] : [])),
    );
  }
}

function* groupsOf(items: readonly Item[]): Iterable<FieldGroup> {
  for (const item of items) {
    if (item.kind === "interface") yield* groupsOf(item.items ?? []);
    else if (item.kind === "method") {
      yield { kind: "parameters", owner: item.name.text, fields: item.parameters };
      yield* nestedGroups(item.parameters, item.name.text);
    } else if (item.kind === "typedef") {
      const name = item.declarators.find((declarator) => declarator.name !== null)?.name?.text ?? "";
      yield* groupsOfType(item.type, name);
    } else if (item.kind === "type") yield* groupsOfType(item.type, "");
  }
}

function* groupsOfType(type: TypeSpecifier, name: string): Iterable<FieldGroup> {
  if (type.kind === "struct" && type.members !== null) {
    const owner = name === "" ? (type.tag?.text ?? "") : name;
    yield { kind: "members", owner, fields: type.members };
    yield* nestedGroups(type.members, owner);
  } else if (type.kind === "union" && type.arms !== null) {
    const fields = type.arms.flatMap(({ field }) => (field === null ? [] : [field]));
    const owner = name === "" ? (type.tag?.text ?? "") : name;
    yield { kind: "arms", owner, fields };
    yield* nestedGroups(fields, owner);
  }
}

function* nestedGroups(fields: readonly FieldNode[], owner: string): Iterable<FieldGroup> {
  for (const { type, declarator } of fields)
    yield* groupsOfType(type, `${owner}.${declarator.name?.text ?? ""}`);
}

/** Whether a field is sent to the server: a parameter without a direction is [in], a member may be. */
export function isSent(field: FieldNode, kind: FieldGroup["kind"]): boolean {
  return kind !== "parameters" || attributeOf(field, "in") !== null || attributeOf(field, "out") === null;
}

export function spanOf({
  declarator,
  type,
}: {
  readonly declarator: Declarator;
  readonly type: TypeSpecifier;
}) {
  return declarator.name?.span ?? type.span;
}

/** The names that an expression uses. */
export function namesIn(expression: Expression): string[] {
  switch (expression.kind) {
    case "name":
      return [expression.name];
    case "unary":
    case "cast":
      return namesIn(expression.operand);
    case "binary":
      return [...namesIn(expression.left), ...namesIn(expression.right)];
    case "conditional":
      return [expression.condition, expression.then, expression.otherwise].flatMap(namesIn);
    default:
      return [];
  }
}

/** The names in an attribute's arguments. */
export function namesInArguments(attribute: Attribute): string[] {
  return (attribute.arguments ?? []).flatMap((argument) => (argument === null ? [] : namesIn(argument)));
}

/** The words of a name in small letters: `dwProcessId` has `dw`, `process` and `id`. */
export function wordsOf(name: string): string[] {
  return (name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+/g) ?? []).map((word) => word.toLowerCase());
}
