import { existsSync, type FSWatcher, watch } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { CommandFailure } from "./command-failure.js";

/** Milliseconds of quiet after a change before it is told: editors write a file in several steps. A later one is told again. */
const QUIET = 10;

/**
 * Watches files, existing or not, through their directories: editors replace files rather than write into them. Calls
 * `onChange` once for changes that follow each other closely.
 */
export class FileWatcher implements Disposable {
  readonly #onChange: () => void;
  readonly #watchers = new Map<string, FSWatcher>();
  #files: readonly string[] = [];
  #directories: readonly string[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /**
   * Watches these files from now on, and whatever lies in these directories, and no others. Returns true if some
   * directory was not watched before: what was read in it may have changed unseen since. Throws CommandFailure.
   */
  watch(files: readonly string[], directories: readonly string[] = []): boolean {
    this.#files = files.map((file) => resolve(file));
    this.#directories = directories.map((directory) => resolve(directory));
    const needed = new Set([
      ...this.#files.map((file) => nearestDirectory(dirname(file))),
      ...this.#directories.map(nearestDirectory),
    ]);
    for (const [directory, watcher] of this.#watchers) {
      if (!needed.has(directory)) {
        watcher.close();
        this.#watchers.delete(directory);
      }
    }
    const added = [...needed].filter((directory) => !this.#watchers.has(directory));
    for (const directory of added) this.#watchDirectory(directory);
    return added.length > 0;
  }

  [Symbol.dispose](): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #watchDirectory(directory: string): void {
    try {
      const watcher = watch(directory, (_event, name) => this.#onEvent(directory, name));
      watcher.on("error", () => this.#onEvent(directory, null));
      this.#watchers.set(directory, watcher);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CommandFailure(`cannot watch ${directory}: ${reason}`, { cause: error });
    }
  }

  #onEvent(directory: string, name: string | null): void {
    const isGone = !existsSync(directory);
    // Its name may stand for another directory by the time that we look again.
    if (isGone) this.#forget(directory);
    if (isGone || name === null || this.#concerns(join(directory, name))) this.#schedule();
  }

  #forget(directory: string): void {
    this.#watchers.get(directory)?.close();
    this.#watchers.delete(directory);
  }

  /** A file of ours, a directory on the way to one, or something in a directory of ours. */
  #concerns(path: string): boolean {
    return (
      this.#files.some((file) => file === path || file.startsWith(path + sep)) ||
      this.#directories.some((directory) => directory === path || directory === dirname(path))
    );
  }

  #schedule(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#onChange, QUIET);
  }
}

/** A directory or, while it does not exist, the nearest one above it. */
function nearestDirectory(directory: string): string {
  let nearest = directory;
  while (!existsSync(nearest) && dirname(nearest) !== nearest) nearest = dirname(nearest);
  return nearest;
}
