import { normalize } from "node:path";
import { checkFile } from "./check/check-file.js";
import { checkUnits } from "./check/check-units.js";
import { FileScope } from "./check/scope.js";
import type { UnitBuilder } from "./check/symbols.js";
import type { Diagnostic } from "./diagnostics/diagnostic.js";
import { Reporter } from "./diagnostics/reporter.js";
import { defaultLimits, type Limits } from "./limits.js";
import { emitModel } from "./lower/emit-model.js";
import { orderUnits } from "./lower/order-units.js";
import type { Model } from "./model.js";
import { SourceFile } from "./source/source-file.js";
import type { SourceHost } from "./source/source-host.js";
import type { Span } from "./source/span.js";
import type { FileNode, Item, Name } from "./syntax/ast.js";
import { parseFile } from "./syntax/parse-file.js";

export interface CompileResult {
  /** Null if there was an error. */
  readonly model: Model | null;
  /** In the order they were found, at most `limits.diagnostics` and one that says so. */
  readonly diagnostics: readonly Diagnostic[];
  /** Every file that was read, or was to be read: what a watcher watches. */
  readonly files: readonly string[];
}

/**
 * Compiles IDL files and what they import to one model. Pure but for the host; it never throws, whatever the texts
 * hold. Each file is read once. A file imports the names of others, as in MIDL: once, and directly or not.
 */
export function compile(
  entries: readonly string[],
  host: SourceHost,
  options: { limits?: Partial<Limits> } = {},
): CompileResult {
  return new Compilation(host, { ...defaultLimits, ...options.limits }).run(entries);
}

/** Parses one text by itself: for tools that want the tree, the tokens and their trivia. */
export function parse(text: string, file: string): { file: FileNode; diagnostics: readonly Diagnostic[] } {
  const reporter = new Reporter(defaultLimits);
  const node = parseFile(new SourceFile(file, text), reporter, defaultLimits);
  return { file: node, diagnostics: reporter.diagnostics };
}

class Compilation {
  readonly #host: SourceHost;
  readonly #limits: Limits;
  readonly #reporter: Reporter;
  /** By normalized path; null for what cannot be read. A file being imported by one that it imports itself is here already. */
  readonly #scopes = new Map<string, FileScope | null>();
  readonly #units: UnitBuilder[] = [];
  readonly #deferred: (() => void)[] = [];

  constructor(host: SourceHost, limits: Limits) {
    this.#host = host;
    this.#limits = limits;
    this.#reporter = new Reporter(limits);
  }

  run(entries: readonly string[]): CompileResult {
    const wanted = new Set(entries.map((entry) => normalize(entry)));
    for (const entry of wanted) this.#load(entry, null, 0, wanted);
    for (const check of this.#deferred) check();
    const units = this.#units.filter(
      (unit) => unit.interface !== null || unit.constants.length + unit.types.length > 0,
    );
    checkUnits(units, this.#reporter);
    const ordered = orderUnits(units, this.#reporter);
    return {
      model: this.#reporter.errorCount === 0 ? emitModel(ordered) : null,
      diagnostics: this.#reporter.diagnostics,
      files: [...this.#scopes.keys()],
    };
  }

  /** Reads, parses and checks a file unless that is done, its imports first. */
  #load(
    path: string,
    importedAt: Span | null,
    depth: number,
    entries: ReadonlySet<string>,
  ): FileScope | null {
    const known = this.#scopes.get(path);
    if (known !== undefined) return known;
    const nowhere: Span = { source: new SourceFile(path, ""), start: 0, end: 0 };
    if (this.#scopes.size >= this.#limits.files) {
      this.#reporter.report("IDL0008", importedAt ?? nowhere, { limit: this.#limits.files });
      return null;
    }
    const text = this.#host.read(path);
    if (text === null) {
      this.#scopes.set(path, null);
      this.#reporter.report("IDL0001", importedAt ?? nowhere, { file: path });
      return null;
    }
    const scope = new FileScope();
    this.#scopes.set(path, scope);
    const file = parseFile(new SourceFile(path, text.replace(/^\ufeff/, "")), this.#reporter, this.#limits);
    for (const name of importedNames(file.items)) {
      const imported = this.#import(name, path, depth, entries);
      if (imported !== null) scope.import(imported);
    }
    checkFile({
      file,
      imported: !entries.has(path),
      scope,
      reporter: this.#reporter,
      deferred: this.#deferred,
      units: this.#units,
    });
    return scope;
  }

  #import(name: Name, fromFile: string, depth: number, entries: ReadonlySet<string>): FileScope | null {
    if (depth >= this.#limits.importDepth) {
      this.#reporter.report("IDL0007", name.span, { limit: this.#limits.importDepth });
      return null;
    }
    const path = this.#host.resolveImport(name.text, fromFile);
    if (path === null) {
      this.#reporter.report("IDL0002", name.span, { file: name.text });
      return null;
    }
    return this.#load(normalize(path), name.span, depth + 1, entries);
  }
}

/** Imports of a file, those inside interfaces too. */
function* importedNames(items: readonly Item[]): Iterable<Name> {
  for (const item of items) {
    if (item.kind === "import") yield* item.files;
    else if (item.kind === "interface" && item.items !== null) yield* importedNames(item.items);
  }
}
