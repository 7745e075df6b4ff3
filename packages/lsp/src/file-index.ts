import type { ast, SourceFile, Token } from "@ncalrpc/idl";

/** Where a name is declared, and how to show it. */
export interface Declaration {
  readonly name: string;
  readonly kind: "interface" | "method" | "type" | "constant" | "label" | "field";
  readonly source: SourceFile;
  /** Of the name. */
  readonly start: number;
  readonly end: number;
  /** Of all that is declared. */
  readonly whole: { readonly start: number; readonly end: number };
  readonly doc: string | null;
  /** A body makes it the place to go to; a mention or forward declaration has none. */
  readonly hasBody: boolean;
}

/** Members or parameters: visible in the attributes of each other only. */
interface Group {
  readonly start: number;
  readonly end: number;
  readonly fields: ReadonlyMap<string, Declaration>;
  readonly attributes: readonly { readonly start: number; readonly end: number }[];
}

/** The names of one file: what it declares, and what each of its identifiers can mean. */
export class FileIndex {
  readonly file: ast.FileNode;
  readonly imports: readonly string[];
  /** Paths of the files whose text stands in this one by `#include`; they have indexes of their own. */
  readonly included: ReadonlySet<string>;
  readonly #globals = new Map<string, Declaration>();
  readonly #included = new Set<string>();
  readonly #groups: Group[] = [];
  /** Starts of words that are no names of ours: attributes. */
  readonly #words = new Set<number>();

  constructor(file: ast.FileNode) {
    this.file = file;
    const imports: string[] = [];
    this.#addItems(file.items, imports);
    this.imports = imports;
    this.included = this.#included;
  }

  get globals(): Iterable<Declaration> {
    return this.#globals.values();
  }

  global(name: string): Declaration | null {
    return this.#globals.get(name) ?? null;
  }

  /** The identifier at an offset, or that ends there. */
  identifierAt(offset: number): Token | null {
    const { tokens } = this.file;
    let low = 0;
    let high = tokens.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((tokens[middle]?.end ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    const candidates = [tokens[low], tokens[low + 1]];
    return (
      candidates.find(
        (token) => token?.kind === "identifier" && token.start <= offset && offset <= token.end,
      ) ?? null
    );
  }

  /** What an identifier means here: a field, null for what is no name, or a name to look up. */
  meaningOf({ start, text }: Token): Declaration | string | null {
    if (this.#words.has(start)) return null;
    for (let index = this.#groups.length - 1; index >= 0; index -= 1) {
      const group = this.#groups[index];
      if (group === undefined || start < group.start || start >= group.end) continue;
      const field = group.fields.get(text);
      if (field === undefined) continue;
      const isUsed = group.attributes.some((attribute) => attribute.start <= start && start < attribute.end);
      if (isUsed || field.start === start) return field;
    }
    return text;
  }

  /** The names of the fields beside one. */
  siblingsOf(field: Declaration): readonly string[] {
    const group = this.#groups.find(({ fields }) => fields.get(field.name)?.start === field.start);
    return [...(group?.fields.keys() ?? [])];
  }

  #addItems(items: readonly ast.Item[], imports: string[]): void {
    for (const item of items) this.#addItem(item, imports);
  }

  #addItem(item: ast.Item, imports: string[]): void {
    if (item.span.source !== this.file.source) {
      this.#included.add(item.span.source.path);
      return;
    }
    switch (item.kind) {
      case "import":
        imports.push(...item.files.map(({ text }) => text));
        break;
      case "interface":
        this.#addWords(item.attributes);
        this.#declare("interface", item.name, item, item.doc, item.items !== null);
        if (item.items !== null) this.#addItems(item.items, imports);
        break;
      case "method":
        this.#addWords(item.attributes);
        this.#declare("method", item.name, item, item.doc, true);
        this.#addType(item.returns, null);
        this.#addGroup(item, item.parameters);
        break;
      case "constant":
        this.#declare("constant", item.declarator.name, item, item.doc, true);
        break;
      case "typedef":
        this.#addWords(item.attributes);
        this.#addType(item.type, item.doc);
        for (const { name } of item.declarators)
          this.#declare("type", name, item, item.doc, hasBody(item.type));
        break;
      case "type":
        this.#addWords(item.attributes);
        this.#addType(item.type, item.doc);
        break;
    }
  }

  #addType(type: ast.TypeSpecifier, doc: string | null): void {
    if (type.kind === "struct") {
      if (type.members !== null) {
        this.#declare("type", type.tag, type, doc, true);
        this.#addGroup(type, type.members);
      } else this.#declare("type", type.tag, type, doc, false);
    } else if (type.kind === "union") {
      this.#declare("type", type.tag, type, doc, type.arms !== null);
      this.#addGroup(
        type,
        (type.arms ?? []).flatMap(({ field }) => (field === null ? [] : [field])),
      );
    } else if (type.kind === "enum" || type.kind === "bitmap") {
      this.#declare("type", type.tag, type, doc, type.labels !== null);
      for (const label of type.labels ?? []) this.#declare("label", label.name, label, label.doc, true);
    } else if (type.kind === "pipe") this.#addType(type.element, null);
  }

  #addGroup({ span }: { readonly span: ast.Name["span"] }, fields: readonly ast.FieldNode[]): void {
    const declared = new Map<string, Declaration>();
    for (const field of fields) {
      const { name } = field.declarator;
      if (name !== null && name.span.source === this.file.source)
        declared.set(name.text, declaration("field", name, field, field.doc, true));
      this.#addWords(field.attributes);
    }
    const attributes = fields.flatMap((field) => field.attributes.map((attribute) => attribute.span));
    this.#groups.push({ start: span.start, end: span.end, fields: declared, attributes });
    for (const field of fields) this.#addType(field.type, null);
  }

  #addWords(attributes: readonly ast.Attribute[]): void {
    for (const { name } of attributes)
      if (name.span.source === this.file.source) this.#words.add(name.span.start);
  }

  #declare(
    kind: Declaration["kind"],
    name: ast.Name | null,
    node: { readonly span: ast.Name["span"] },
    doc: string | null,
    body: boolean,
  ): void {
    if (name === null || name.span.source !== this.file.source) return;
    const known = this.#globals.get(name.text);
    if (known === undefined || (body && !known.hasBody))
      this.#globals.set(name.text, declaration(kind, name, node, doc, body));
  }
}

function declaration(
  kind: Declaration["kind"],
  name: ast.Name,
  node: { readonly span: ast.Name["span"] },
  doc: string | null,
  body: boolean,
): Declaration {
  const { source, start, end } = name.span;
  return { name: name.text, kind, source, start, end, whole: node.span, doc, hasBody: body };
}

function hasBody(type: ast.TypeSpecifier): boolean {
  if (type.kind === "struct") return type.members !== null || type.tag === null;
  if (type.kind === "enum" || type.kind === "bitmap") return type.labels !== null || type.tag === null;
  return type.kind !== "union" || type.arms !== null || type.tag === null;
}
