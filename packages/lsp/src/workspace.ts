import { type Dirent, readdirSync } from "node:fs";
import { join, normalize } from "node:path";
import { createNodeHost, parse, type SourceHost } from "@ncalrpc/idl";
import { type Declaration, FileIndex } from "./file-index.js";
import type { Settings } from "./settings.js";

const MOST_FILES = 1000;

/** An identifier in a file. */
export interface Occurrence {
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

/** Files as the editor has them: open ones from its memory, others from the disk. */
export class Workspace {
  /** Texts of open files by normalized path. */
  readonly #open = new Map<string, string>();
  readonly #indexes = new Map<string, { readonly text: string; readonly index: FileIndex }>();
  readonly #disk: SourceHost;
  readonly host: SourceHost;
  readonly #roots: readonly string[];

  readonly settings: Settings;

  constructor(roots: readonly string[], settings: Settings) {
    this.#roots = roots;
    this.settings = settings;
    this.#disk = createNodeHost({ includeDirectories: settings.includeDirectories });
    this.host = {
      read: (path) => this.#open.get(normalize(path)) ?? this.#disk.read(path),
      resolveImport: (name, from) => this.#disk.resolveImport(name, from),
    };
  }

  open(path: string, text: string): void {
    this.#open.set(normalize(path), text);
  }

  close(path: string): void {
    this.#open.delete(normalize(path));
  }

  get openPaths(): readonly string[] {
    return [...this.#open.keys()];
  }

  /** The same files, seen with other settings. */
  withSettings(settings: Settings): Workspace {
    const other = new Workspace(this.#roots, settings);
    for (const [path, text] of this.#open) other.#open.set(path, text);
    return other;
  }

  isOpen(path: string): boolean {
    return this.#open.has(normalize(path));
  }

  /** IDL files of the workspace's folders, open or not. */
  get filesOnDisk(): string[] {
    const files = new Set<string>();
    for (const root of this.#roots) addFilesBelow(root, files);
    return [...files];
  }

  index(path: string): FileIndex | null {
    const text = this.host.read(path)?.replace(/^\ufeff/, "");
    if (text === undefined) return null;
    const known = this.#indexes.get(normalize(path));
    if (known?.text === text) return known.index;
    const { dialect, defines } = this.settings;
    const index = new FileIndex(parse(text, normalize(path), { dialect, defines, host: this.host }).file);
    this.#indexes.set(normalize(path), { text, index });
    return index;
  }

  /** What the identifier at an offset means; null if there is none, or nothing that is known. */
  declarationAt(path: string, offset: number): Declaration | null {
    const index = this.index(path);
    const token = index?.identifierAt(offset) ?? null;
    if (index === null || token === null) return null;
    const meaning = index.meaningOf(token);
    return typeof meaning === "string" ? this.lookUp(path, meaning) : meaning;
  }

  /** A name as a file sees it: its own, then those of what it imports, the one with a body first. */
  lookUp(path: string, name: string): Declaration | null {
    let forward: Declaration | null = null;
    for (const visible of this.#visibleFrom(path)) {
      const found = this.index(visible)?.global(name) ?? null;
      if (found?.hasBody === true) return found;
      forward ??= found;
    }
    return forward;
  }

  /** Every identifier that means a declaration, in open files, the workspace's, and what they import. */
  occurrencesOf(wanted: Declaration): Occurrence[] {
    return this.#allFiles().flatMap((path) => {
      const index = this.index(path);
      if (index === null) return [];
      // Where a text does not have the name at all, nothing has to be looked up.
      return index.file.tokens.flatMap((token) => {
        if (token.kind !== "identifier" || token.text !== wanted.name) return [];
        const meaning = index.meaningOf(token);
        const found = typeof meaning === "string" ? this.lookUp(path, meaning) : meaning;
        const isSame = found?.source.path === wanted.source.path && found.start === wanted.start;
        return isSame ? [{ path, start: token.start, end: token.end }] : [];
      });
    });
  }

  *#visibleFrom(path: string): Iterable<string> {
    const seen = new Set([normalize(path)]);
    const waiting = [normalize(path)];
    for (let current = waiting.shift(); current !== undefined; current = waiting.shift()) {
      yield current;
      const index = this.index(current);
      const imported = (index?.imports ?? []).flatMap((name) => this.host.resolveImport(name, current) ?? []);
      for (const found of [...(index?.included ?? []), ...imported].map((path) => normalize(path))) {
        if (seen.has(found) || seen.size >= MOST_FILES) continue;
        seen.add(found);
        waiting.push(found);
      }
    }
  }

  #allFiles(): string[] {
    const files = new Set(this.openPaths);
    for (const root of this.#roots) addFilesBelow(root, files);
    for (const path of [...files]) for (const visible of this.#visibleFrom(path)) files.add(visible);
    return [...files];
  }
}

function addFilesBelow(root: string, files: Set<string>): void {
  const waiting = [root];
  for (let folder = waiting.pop(); folder !== undefined && files.size < MOST_FILES; folder = waiting.pop()) {
    for (const entry of entriesOf(folder)) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && entry.name !== "node_modules" && !entry.name.startsWith("."))
        waiting.push(path);
      else if (entry.isFile() && entry.name.toLowerCase().endsWith(".idl")) files.add(normalize(path));
    }
  }
}

/** Nothing for a folder that can't be read. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
