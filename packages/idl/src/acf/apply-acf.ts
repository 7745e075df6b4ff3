import type { Reporter } from "../diagnostics/reporter.js";
import type {
  Attribute,
  FileNode,
  InterfaceNode,
  Item,
  MethodNode,
  Name,
  TypedefNode,
} from "../syntax/ast.js";
import type { AcfFile, AcfInterface, AcfMethod } from "./acf-file.js";

/** A file with the attributes that an ACF adds to it. A name that the file does not have is reported. */
export function applyAcf(file: FileNode, acf: AcfFile, reporter: Reporter): FileNode {
  const applied = new Applied(reporter);
  const items = file.items.map((item) => {
    if (item.kind === "typedef") return applied.toTypedef(item, acf);
    const found = item.kind === "interface" ? acf.interfaces.get(item.name.text) : undefined;
    if (item.kind !== "interface" || found === undefined || item.items === null) return item;
    applied.found(found.name);
    return applied.toInterface(item, found, acf);
  });
  for (const { name, types, methods } of acf.interfaces.values()) {
    applied.check(name, "interface");
    for (const type of types.values()) applied.check(type.name, "type");
    for (const method of methods.values()) applied.check(method.name, "method");
  }
  return { ...file, items };
}

class Applied {
  readonly #reporter: Reporter;
  readonly #found = new Set<Name>();

  constructor(reporter: Reporter) {
    this.#reporter = reporter;
  }

  found(name: Name): void {
    this.#found.add(name);
  }

  /** Warns of a name that nothing has been found for. */
  check(name: Name, what: string): void {
    if (!this.#found.has(name)) this.#reporter.report("IDL0901", name.span, { what, name: name.text });
  }

  toInterface(node: InterfaceNode, own: AcfInterface, acf: AcfFile): InterfaceNode {
    const items = (node.items ?? []).map((item): Item => {
      if (item.kind === "typedef") return this.toTypedef(item, acf);
      const method = item.kind === "method" ? own.methods.get(item.name.text) : undefined;
      return item.kind === "method" && method !== undefined ? this.#toMethod(item, method) : item;
    });
    return { ...node, attributes: join(node.attributes, own.attributes), items };
  }

  /** Types of the file's own scope can be named by any interface. */
  toTypedef(node: TypedefNode, acf: AcfFile): TypedefNode {
    const declarators = node.declarators.map((declarator) => {
      const name = declarator.name?.text ?? "";
      const entry = [...acf.interfaces.values()].flatMap(({ types }) => types.get(name) ?? [])[0];
      if (entry === undefined) return declarator;
      this.found(entry.name);
      return { ...declarator, attributes: entry.attributes };
    });
    return { ...node, declarators };
  }

  #toMethod(node: MethodNode, acf: AcfMethod): MethodNode {
    this.found(acf.name);
    const parameters = node.parameters.map((parameter) => {
      const entry = acf.parameters.get(parameter.declarator.name?.text ?? "");
      if (entry === undefined) return parameter;
      this.found(entry.name);
      return { ...parameter, attributes: join(parameter.attributes, entry.attributes) };
    });
    const statuses = [...acf.parameters.values()].flatMap(({ name, attributes }) => {
      if (this.#found.has(name)) return [];
      const own = attributes.filter(isStatus);
      if (own.length === 0) this.check(name, "parameter");
      return own.map((attribute) => ({ attribute: attribute.name.text, parameter: name.text }));
    });
    return { ...node, attributes: join(node.attributes, acf.attributes), parameters, statuses };
  }
}

/** [comm_status] or [fault_status]: where a call that fails puts its status. */
export function isStatus({ name }: Attribute): boolean {
  return name.text === "comm_status" || name.text === "fault_status";
}

/** What the IDL says already is not said twice. */
function join(own: readonly Attribute[], added: readonly Attribute[]): readonly Attribute[] {
  const names = new Set(own.map(({ name }) => name.text));
  return [...own, ...added.filter(({ name }) => !names.has(name.text))];
}
