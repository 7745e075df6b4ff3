import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";

/** Where the compiler gets its texts from. Neither function throws. */
export interface SourceHost {
  /** The text of a file, or null if there is none that can be read. */
  read(path: string): string | null;
  /** The path of an imported file as `read` takes it, or null if it is found nowhere. */
  resolveImport(name: string, fromFile: string): string | null;
}

/**
 * A host over the file system. Imports are looked up beside the importing file first, then in each include directory,
 * and then there again in any case of letters. Texts are UTF-16 if a byte order mark says so, or UTF-8 with or without a byte order mark; a file that is not valid UTF-8 is read as Latin-1, which is what
 * old IDL files with accented comments are.
 */
export function createNodeHost(options: { includeDirectories?: readonly string[] } = {}): SourceHost {
  const includeDirectories = options.includeDirectories ?? [];
  return {
    read(path) {
      try {
        return decode(readFileSync(path));
      } catch {
        return null;
      }
    },
    resolveImport(name, fromFile) {
      const portable = name.replaceAll("\\", "/");
      const candidates = isAbsolute(portable)
        ? [portable]
        : [dirname(fromFile), ...includeDirectories].map((directory) => join(directory, portable));
      return candidates.find(isFile) ?? inAnyCase(portable, [dirname(fromFile), ...includeDirectories]);
    },
  };
}

/** Published files name one another as Windows has them: in any case. Null if more than the case differs. */
function inAnyCase(name: string, directories: readonly string[]): string | null {
  if (isAbsolute(name)) return null;
  for (const directory of directories) {
    let path: string | undefined = directory;
    for (const part of name.split("/")) {
      if (path === undefined) break;
      const here: string = path;
      const found = part === "." || part === ".." ? part : entryOf(here, part.toLowerCase());
      path = found === undefined ? undefined : join(here, found);
    }
    if (path !== undefined && isFile(path)) return path;
  }
  return null;
}

/** The entry of a directory with a name, which is given in lower case. */
function entryOf(directory: string, name: string): string | undefined {
  try {
    return readdirSync(directory).find((entry) => entry.toLowerCase() === name);
  } catch {
    return undefined;
  }
}

function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
