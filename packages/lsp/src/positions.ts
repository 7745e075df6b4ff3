import { fileURLToPath, pathToFileURL } from "node:url";
import type { SourceFile } from "@ncalrpc/idl";
import type { Range } from "vscode-languageserver/node";

/** A stretch of a source as the protocol has it: lines and UTF-16 units from 0. */
export function toRange(source: SourceFile, start: number, end: number): Range {
  const position = (offset: number) => {
    const { line, column } = source.position(offset);
    return { line: line - 1, character: column - 1 };
  };
  return { start: position(start), end: position(end) };
}

/** The path of a document; null for one that is no file. */
export function toPath(uri: string): string | null {
  try {
    return fileURLToPath(uri);
  } catch {
    return null;
  }
}

export function toUri(path: string): string {
  return pathToFileURL(path).href;
}
