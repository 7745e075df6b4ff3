import { dirname } from "node:path";
import { CommandFailure } from "./command-failure.js";
import { FileWatcher } from "./file-watcher.js";
import { type GenerationOptions, runGeneration } from "./generation.js";
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
  const { files, include } = options;
  // Watches first and reads afterwards, as often as reading brings up new directories: so no change goes unseen.
  watcher.watch(files);
  while (watcher.watch(readModel(files, include).files));
  const generation = runGeneration(options, terminal);
  if (!generation.isCompiled) {
    // An import that was not found may appear in any of these.
    watcher.watch(generation.files, [...generation.files.map((file) => dirname(file)), ...include]);
  }
  terminal.print(`watching ${plural(generation.files.length, "file")}, stop with Ctrl-C`);
}
