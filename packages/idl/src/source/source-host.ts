import { readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";

/** Where the compiler gets its texts from. Neither function throws. */
export interface SourceHost {
  /** The text of a file, or null if there is none that can be read. */
  read(path: string): string | null;
  /** The path of an imported file as `read` takes it, or null if it is found nowhere. */
  resolveImport(name: string, fromFile: string): string | null;
}

/**
 * A host over the file system. Imports are looked up beside the importing file first, then in each include directory.
 * Texts are UTF-8 with or without a byte order mark; a file that is not valid UTF-8 is read as Latin-1, which is what
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
      return candidates.find(isFile) ?? null;
    },
  };
}

function decode(bytes: Uint8Array): string {
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
