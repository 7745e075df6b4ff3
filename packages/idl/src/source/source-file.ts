/** One IDL text. Lines and columns are computed only when a diagnostic asks for them. */
export class SourceFile {
  /** As the file was named on the command line, or found through an import. */
  readonly path: string;
  readonly text: string;
  #lineStarts: number[] | null = null;

  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
  }

  /** Line and column of an offset, both from 1; columns count UTF-16 units. */
  position(offset: number): { line: number; column: number } {
    const starts = this.#starts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  }

  /** Text of a line (from 1) without its line end; empty if there is no such line. */
  lineText(line: number): string {
    const starts = this.#starts();
    const start = starts[line - 1];
    if (start === undefined) return "";
    const text = this.text.slice(start, starts[line] ?? this.text.length);
    return text.replace(/\r?\n$/, "");
  }

  #starts(): number[] {
    if (this.#lineStarts === null) {
      this.#lineStarts = [0];
      for (let at = this.text.indexOf("\n"); at >= 0; at = this.text.indexOf("\n", at + 1)) {
        this.#lineStarts.push(at + 1);
      }
    }
    return this.#lineStarts;
  }
}
