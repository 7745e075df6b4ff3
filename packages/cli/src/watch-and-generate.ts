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
  watcher.watch(options.files);
  // Watches first and reads afterwards, as often as reading brings up new directories: so no change goes unseen.
  while (watchWhatIsRead(options, watcher));
  const { files } = runGeneration(options, terminal);
  terminal.print(`watching ${plural(files.length, "file")}, stop with Ctrl-C`);
}

/** Returns true if there were directories that had not been watched before. */
function watchWhatIsRead({ files, include, compile }: GenerationOptions, watcher: FileWatcher): boolean {
  const { model, files: read } = readModel(files, include, compile);
  if (model !== null) return watcher.watch(read);
  // An import that was not found may appear in any of these.
  return watcher.watch(read, [...read.map((file) => dirname(file)), ...include]);
}
