import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, isAbsolute, join, sep } from "node:path";
import type { GeneratedFile } from "@ncalrpc/codegen";
import { CommandFailure } from "./command-failure.js";

/** A generated file beside what lies at its place. */
export interface PlannedFile {
  readonly path: string;
  readonly text: string;
  readonly state: "new" | "changed" | "unchanged";
}

/** Compares generated files with what the directory has. Writes nothing. Throws CommandFailure. */
export function planFiles(directory: string, files: readonly GeneratedFile[]): PlannedFile[] {
  return files.map((file) => {
    const path = placeInside(directory, file.path);
    const present = readIfPresent(path);
    const state = present === null ? "new" : present === file.text ? "unchanged" : "changed";
    return { path, text: file.text, state };
  });
}

/** Writes one file, whole or not at all. Throws CommandFailure. */
export function writePlanned({ path, text }: PlannedFile): void {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    mkdirSync(dirname(path), { recursive: true });
    // Renaming replaces a symbolic link, where writing would follow it out of the directory.
    writeFileSync(temporary, text, { flag: "wx" });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new CommandFailure(`cannot write ${path}: ${reason(error)}`, { cause: error });
  }
}

/** The place of a relative path in a directory. Throws CommandFailure for one that leads, or is led, out of it. */
function placeInside(directory: string, path: string): string {
  const parts = path.split("/");
  const isPlain = parts.every((part) => !["", ".", ".."].includes(part) && !part.includes(sep));
  if (isAbsolute(path) || !isPlain) throw new CommandFailure(`${path} is not a place inside ${directory}`);
  for (let depth = 1; depth < parts.length; depth += 1) {
    const between = join(directory, ...parts.slice(0, depth));
    if (lstatSync(between, { throwIfNoEntry: false })?.isSymbolicLink()) {
      throw new CommandFailure(`${between} is a symbolic link, which may lead out of ${directory}`);
    }
  }
  return join(directory, ...parts);
}

function readIfPresent(path: string): string | null {
  try {
    return lstatSync(path).isSymbolicLink() ? "" : readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw new CommandFailure(`cannot read ${path}: ${reason(error)}`, { cause: error });
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
