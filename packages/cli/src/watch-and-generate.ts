import { dirname } from "node:path";
import type { CompileResult } from "@ncalrpc/idl";
import { CommandFailure } from "./command-failure.js";
import { FileWatcher } from "./file-watcher.js";
import { type GenerationOptions, generateFrom } from "./generation.js";
import { plural, readModel } from "./read-model.js";
import { reportFailure } from "./report-failure.js";
import type { Terminal } from "./terminal.js";

/**
 * Generates now and after every change, until the process is asked to end (SIGINT, SIGTERM). Rejects with
 * CommandFailure if the files can't be watched in the first place.
 */
export async function watchAndGenerate(options: GenerationOptions, terminal: Terminal): Promise<void> {
  using watcher = new FileWatcher(() => {
    try {
      generateWatched(options, watcher, terminal);
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      reportFailure(error, false, terminal);
    }
  });
  generateWatched(options, watcher, terminal);
  await new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
}

function generateWatched(options: GenerationOptions, watcher: FileWatcher, terminal: Terminal): void {
  watcher.watch(options.files);
  let read = compileOnce(options);
  // Watches first and reads afterwards, as often as reading brings up new directories: so no change goes unseen.
  while (watchWhatIsRead(read, options, watcher)) read = compileOnce(options);
  generateFrom(read, options, terminal);
  terminal.print(`watching ${plural(read.files.length, "file")}, stop with Ctrl-C`);
}

function compileOnce({ files, include, compile }: GenerationOptions): CompileResult {
  return readModel(files, include, compile);
}

/** Returns true if there were directories that had not been watched before. */
function watchWhatIsRead(
  { model, files }: CompileResult,
  { include }: GenerationOptions,
  watcher: FileWatcher,
): boolean {
  if (model !== null) return watcher.watch(files);
  // An import that was not found may appear in any of these.
  return watcher.watch(files, [...files.map((file) => dirname(file)), ...include]);
}
