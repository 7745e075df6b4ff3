/** A file that a plugin makes. Plugins do no I/O: who runs them writes the files. */
export interface GeneratedFile {
  /** Relative to the output directory, with forward slashes. */
  readonly path: string;
  readonly text: string;
}
