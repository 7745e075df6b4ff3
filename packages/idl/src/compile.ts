import { dirname, join, normalize } from "node:path";
import { applyAcf } from "./acf/apply-acf.js";
import { checkFile } from "./check/check-file.js";
import { checkUnits } from "./check/check-units.js";
import { leaveOutForeign } from "./check/not-generated.js";
import { FileScope } from "./check/scope.js";
import type { UnitBuilder } from "./check/symbols.js";
import { checkSystemHandlePlaces } from "./check/system-handle-places.js";
import type { Diagnostic } from "./diagnostics/diagnostic.js";
import { Reporter } from "./diagnostics/reporter.js";
import { type Dialect, dialectDefines } from "./dialect.js";
import { defaultLimits, type Limits } from "./limits.js";
import { emitModel } from "./lower/emit-model.js";
import { orderUnits } from "./lower/order-units.js";
import { withoutUnused } from "./lower/without-unused.js";
import type { Model } from "./model.js";
import { PRELUDE_DIRECTORY, preludeText } from "./prelude/prelude.js";
import { SourceFile } from "./source/source-file.js";
import type { SourceHost } from "./source/source-host.js";
import type { Span } from "./source/span.js";
import type { FileNode, Item, Name } from "./syntax/ast.js";
import { parseAcf } from "./syntax/parse-acf.js";
import { parseFile } from "./syntax/parse-file.js";

export interface CompileOptions {
  readonly limits?: Partial<Limits>;
  /** Whose reading of IDL applies; `midl` if it is not said. */
  readonly dialect?: Dialect;
  /** Macros that are defined before the first line of each file, by name. */
  readonly defines?: Readonly<Record<string, string>>;
  /** The ACF file of every entry. Without it, each file's is the one beside it with its base name, if there is one. */
  readonly acf?: string;
  /**
   * Methods that would have to send what is not generated are left out with a warning, instead of being an error. The
   * others keep their opnums.
   */
  readonly partial?: boolean;
}

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
  options: CompileOptions = {},
): CompileResult {
  return new Compilation(host, options).run(entries);
}

/** How one text is parsed by itself. */
export interface ParseOptions extends Pick<CompileOptions, "dialect" | "defines"> {
  /** Where included files come from. Without it they are left out; what is not found is in either case. */
  readonly host?: SourceHost;
}

/** Parses one text by itself, with what it includes: for tools that want the tree, the tokens and their trivia. */
export function parse(
  text: string,
  file: string,
  { dialect = "midl", defines = {}, host }: ParseOptions = {},
): { file: FileNode; diagnostics: readonly Diagnostic[] } {
  const reporter = new Reporter(defaultLimits);
  const include = (name: string, from: string): SourceFile | null => {
    const path = host?.resolveImport(name, from) ?? null;
    const found = path === null ? null : (host?.read(path) ?? null);
    return path === null || found === null ? null : new SourceFile(normalize(path), found);
  };
  const node = parseFile(new SourceFile(file, text), reporter, defaultLimits, {
    defines: new Map([...dialectDefines(dialect), ...Object.entries(defines)]),
    ...(host === undefined ? {} : { include }),
  });
  return { file: node, diagnostics: reporter.diagnostics };
}

class Compilation {
  readonly #host: SourceHost;
  readonly #limits: Limits;
  readonly #reporter: Reporter;
  readonly #dialect: Dialect;
  readonly #defines: ReadonlyMap<string, string>;
  readonly #acf: string | null;
  readonly #partial: boolean;
  /** By normalized path; null for what cannot be read. A file being imported by one that it imports itself is here already. */
  readonly #scopes = new Map<string, FileScope | null>();
  /** Every text that was asked for, by normalized path. */
  readonly #sources = new Map<string, SourceFile | null>();
  readonly #units: UnitBuilder[] = [];
  readonly #deferred: (() => void)[] = [];

  constructor(host: SourceHost, options: CompileOptions) {
    this.#host = host;
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#reporter = new Reporter(this.#limits);
    this.#dialect = options.dialect ?? "midl";
    this.#defines = new Map([...dialectDefines(this.#dialect), ...Object.entries(options.defines ?? {})]);
    this.#acf = options.acf ?? null;
    this.#partial = options.partial ?? false;
  }

  run(entries: readonly string[]): CompileResult {
    const wanted = new Set(entries.map((entry) => normalize(entry)));
    for (const entry of wanted) this.#load(entry, null, 0, wanted);
    for (const check of this.#deferred) check();
    const units = this.#units.filter(
      (unit) => unit.interface !== null || unit.constants.length + unit.types.length > 0,
    );
    checkUnits(units, this.#reporter);
    leaveOutForeign(units, { reporter: this.#reporter, partial: this.#partial });
    checkSystemHandlePlaces(units, this.#reporter);
    const ordered = orderUnits(withoutUnused(units));
    return {
      model: this.#reporter.errorCount === 0 ? emitModel(ordered) : null,
      diagnostics: this.#reporter.diagnostics,
      files: [...this.#sources.keys()].filter((path) => !isBuiltIn(path)),
    };
  }

  /** The text of a file, read once. Null after a report, or quietly if nothing asks for it. */
  #source(path: string, askedAt: Span | null): SourceFile | null {
    const known = this.#sources.get(path);
    if (known !== undefined) return known;
    if (this.#sources.size >= this.#limits.files) {
      if (askedAt !== null) this.#reporter.report("IDL0008", askedAt, { limit: this.#limits.files });
      return null;
    }
    const text = isBuiltIn(path) ? preludeText(path) : this.#host.read(path);
    const source = text === null ? null : new SourceFile(path, text.replace(/^\ufeff/, ""));
    if (source === null && askedAt === null) return null;
    this.#sources.set(path, source);
    if (source === null && askedAt !== null) this.#reporter.report("IDL0001", askedAt, { file: path });
    return source;
  }

  /** Reads, parses and checks a file unless that is done, its imports first. */
  #load(
    path: string,
    importedAt: Span | null,
    depth: number,
    entries: ReadonlySet<string>,
    importer: FileScope | null = null,
  ): FileScope | null {
    const known = this.#scopes.get(path);
    if (known !== undefined) return known;
    const source = this.#source(path, importedAt ?? { source: new SourceFile(path, ""), start: 0, end: 0 });
    if (source === null) return null;
    const scope = new FileScope(isBuiltIn(path));
    if (importer !== null) scope.comeAfter(importer);
    this.#scopes.set(path, scope);
    const parsed = parseFile(source, this.#reporter, this.#limits, this.#preprocessing());
    const file = this.#configured(parsed, path, entries);
    if (this.#dialect === "pidl" && !isBuiltIn(path)) {
      const types = this.#prelude("pidl-types.idl", entries);
      if (types !== null) scope.import(types);
    }
    if (this.#dialect === "dce" && !isBuiltIn(path)) {
      const base = this.#nbase(path, depth, entries);
      if (base !== null) scope.import(base);
    }
    for (const name of importedNames(file.items)) {
      const imported = this.#import(name, depth, entries, scope);
      if (imported !== null) scope.import(imported);
    }
    checkFile({
      file,
      imported: !entries.has(path),
      builtIn: isBuiltIn(path),
      prelude: isBuiltIn(path) ? null : (name) => this.#prelude(name, entries),
      dialect: isBuiltIn(path) ? "midl" : this.#dialect,
      scope,
      reporter: this.#reporter,
      deferred: this.#deferred,
      units: this.#units,
    });
    return scope;
  }

  #preprocessing() {
    return {
      defines: this.#defines,
      include: (name: string, fromFile: string, span: Span) => {
        const path = this.#host.resolveImport(name, fromFile) ?? builtInPath(name);
        return path === null ? null : this.#source(path, span);
      },
    };
  }

  /** What DCE's compiler imports by itself: the search path's, or ours. */
  #nbase(path: string, depth: number, entries: ReadonlySet<string>): FileScope | null {
    if (/(?:^|[\\/])(?:nbase|lbase)\.idl$/i.test(path) || depth >= this.#limits.importDepth) return null;
    const found = this.#host.resolveImport("dce/nbase.idl", path);
    return found === null
      ? this.#prelude("nbase.idl", entries)
      : this.#load(normalize(found), null, depth + 1, entries);
  }

  #prelude(name: string, entries: ReadonlySet<string>): FileScope | null {
    const path = builtInPath(name);
    return path === null ? null : this.#load(path, null, 0, entries);
  }

  #import(name: Name, depth: number, entries: ReadonlySet<string>, importer: FileScope): FileScope | null {
    if (depth >= this.#limits.importDepth) {
      this.#reporter.report("IDL0007", name.span, { limit: this.#limits.importDepth });
      return null;
    }
    const builtIn = builtInPath(name.text);
    // A C header of the system has more than IDL can say.
    const isHeader = builtIn !== null && /\.h$/i.test(builtIn);
    const found = isHeader ? null : this.#host.resolveImport(name.text, name.span.source.path);
    const path = found ?? builtIn;
    if (path === null) {
      this.#reporter.report("IDL0002", name.span, { file: name.text });
      return null;
    }
    const wanted = isBuiltIn(path) ? path : normalize(path);
    return this.#load(wanted, name.span, depth + 1, entries, importer);
  }

  /** A file with what its ACF says. */
  #configured(file: FileNode, path: string, entries: ReadonlySet<string>): FileNode {
    const given = entries.has(path) ? this.#acf : null;
    const acf = given === null ? this.#acfBeside(path) : normalize(given);
    const askedAt = given === null ? null : { source: file.source, start: 0, end: 0 };
    const source = acf === null ? null : this.#source(acf, askedAt);
    if (source === null) return file;
    const parsed = parseAcf(source, this.#reporter, this.#limits, this.#preprocessing());
    return applyAcf(file, parsed, this.#reporter);
  }

  #acfBeside(path: string): string | null {
    if (isBuiltIn(path) || !/\.idl$/i.test(path)) return null;
    const beside = path.replace(/\.idl$/i, ".acf");
    const name = beside.slice(dirname(beside) === "." ? 0 : dirname(beside).length + 1);
    const found = this.#host.resolveImport(name, path);
    return found !== null && normalize(found) === normalize(join(dirname(path), name))
      ? normalize(found)
      : null;
  }
}

function isBuiltIn(path: string): boolean {
  return path.startsWith(PRELUDE_DIRECTORY);
}

/** The file of our own that stands in for one that is found nowhere. */
function builtInPath(name: string): string | null {
  const path = PRELUDE_DIRECTORY + (name.split(/[\\/]/).at(-1) ?? "").toLowerCase();
  return preludeText(path) === null ? null : path;
}

/** Imports of a file, those inside interfaces too. */
function* importedNames(items: readonly Item[]): Iterable<Name> {
  for (const item of items) {
    if (item.kind === "import") yield* item.files;
    else if (item.kind === "interface" && item.items !== null) yield* importedNames(item.items);
  }
}
