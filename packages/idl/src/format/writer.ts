/** Lines of text being put together. */
export class LineWriter {
  readonly #lines: string[] = [];
  #line = "";
  /** Of the line being written; null for what stands at the margin whatever is around it. */
  #indent = 0;

  /** Columns of the line being written, with its indentation. */
  get column(): number {
    return this.#line === "" ? this.#indent : this.#line.length;
  }

  get isAtLineStart(): boolean {
    return this.#line === "";
  }

  /** Ends the line, unless nothing is on it, and perhaps leaves one empty. Nothing is left empty at the top. */
  startLine(indent: number, isApart: boolean): void {
    if (this.#line !== "") this.#lines.push(this.#line);
    if (isApart && this.#lines.length > 0 && this.#lines.at(-1) !== "") this.#lines.push("");
    this.#line = "";
    this.#indent = indent;
  }

  write(text: string): void {
    if (this.#line === "") this.#line = " ".repeat(this.#indent);
    const [first = "", ...others] = text.split("\n");
    this.#line += first;
    for (const other of others) {
      this.#lines.push(this.#line);
      this.#line = other;
    }
  }

  finish(): string {
    this.startLine(0, false);
    return this.#lines.length === 0 ? "" : `${this.#lines.join("\n")}\n`;
  }
}
