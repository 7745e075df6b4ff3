import type { Span } from "../source/span.js";
import type { Name } from "../syntax/ast.js";
import type { AggregateSymbol, OrdinarySymbol, ResolvedType } from "./symbols.js";

/** What a tag stands for. */
export interface TagSymbol {
  readonly what: "struct" | "union" | "enum" | "bitmap";
  readonly type: ResolvedType;
  readonly aggregate: AggregateSymbol | null;
  readonly span: Span;
}

/** A struct or union that is defined with a tag. */
export interface TagToCome {
  readonly what: "struct" | "union";
  readonly tag: Name;
}

/** The names of one file, and through it those of every file that it imports, as C has them: ordinary names and tags. */
export class FileScope {
  readonly #ordinary = new Map<string, OrdinarySymbol>();
  readonly #tags = new Map<string, TagSymbol>();
  readonly #interfaces = new Set<string>();
  /** What the file that imports this one has imported before it: MIDL has one table of symbols for all. */
  readonly #before = new Set<FileScope>();
  /** Structs and unions with a tag that the file defines, before they are checked, by tag and by typedef. */
  readonly #definitions = new Map<string, TagToCome>();
  /** Names of the prelude that are used here without an import. */
  readonly #lent = new Map<string, OrdinarySymbol>();
  /** Every imported file, direct or not. */
  readonly #imported = new Set<FileScope>();
  /** True for a file of the prelude, whose names give way to others. */
  readonly #builtIn: boolean;

  constructor(builtIn: boolean) {
    this.#builtIn = builtIn;
  }

  /** Makes the names of another file visible here, and those that it imports. */
  import(other: FileScope): void {
    if (other === this) return;
    this.#imported.add(other);
    for (const further of other.#imported) if (further !== this) this.#imported.add(further);
  }

  /** Makes visible, behind everything else, what another file sees of its imports so far. */
  comeAfter(importer: FileScope): void {
    for (const scope of [...importer.#imported, ...importer.#before])
      if (scope !== this) this.#before.add(scope);
  }

  /** What a new ordinary name would collide with. */
  taken(name: string): OrdinarySymbol | undefined {
    const own = this.#ordinary.get(name);
    if (own !== undefined) return own;
    for (const other of this.#imported) {
      const found = other.#builtIn ? undefined : other.#ordinary.get(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** What a new tag would collide with. */
  takenTag(name: string): TagSymbol | undefined {
    const own = this.#tags.get(name);
    if (own !== undefined) return own;
    for (const other of this.#imported) {
      const found = other.#builtIn ? undefined : other.#tags.get(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  find(name: string): OrdinarySymbol | undefined {
    const own = this.#ordinary.get(name);
    if (own !== undefined) return own;
    for (const other of this.#imported) {
      const found = other.#ordinary.get(name);
      if (found !== undefined) return found;
    }
    for (const other of this.#before) {
      const found = other.#ordinary.get(name);
      if (found !== undefined) return found;
    }
    return this.#lent.get(name);
  }

  /** Makes a name visible that anything declared goes before. */
  lend(name: string, symbol: OrdinarySymbol): void {
    this.#lent.set(name, symbol);
  }

  findTag(name: string): TagSymbol | undefined {
    const own = this.#tags.get(name);
    if (own !== undefined) return own;
    for (const other of [...this.#imported, ...this.#before]) {
      const found = other.#tags.get(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  declare(name: string, symbol: OrdinarySymbol): void {
    this.#ordinary.set(name, symbol);
  }

  declareTag(name: string, symbol: TagSymbol): void {
    this.#tags.set(name, symbol);
  }

  expectDefinition(name: string, definition: TagToCome): void {
    this.#definitions.set(name, definition);
  }

  /** What a name of the file itself stands for, wherever in the file that is said. */
  expectedDefinition(name: string): TagToCome | undefined {
    return this.#definitions.get(name);
  }

  declareInterface(name: string): void {
    this.#interfaces.add(name);
  }

  hasInterface(name: string): boolean {
    const has = (scope: FileScope) => scope.#interfaces.has(name);
    return has(this) || [...this.#imported].some(has) || [...this.#before].some(has);
  }

  /** Every visible ordinary name of some kinds. */
  *names(...kinds: readonly OrdinarySymbol["kind"][]): Iterable<string> {
    for (const scope of [this, ...this.#imported]) {
      for (const [name, symbol] of scope.#ordinary) if (kinds.includes(symbol.kind)) yield name;
    }
  }
}
