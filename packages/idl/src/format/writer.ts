/** Lines of text being put together. */
export class LineWriter {
  readonly #lines: string[] = [];
  #line = "";
  /** Set once anything is on the line, even if it is an empty line that continues a directive. */
  #isOpen = false;
  /** Of the line being written. */
  #indent = 0;

  /** Columns of the line being written, with its indentation. */
  get column(): number {
    return this.#isOpen ? this.#line.length : this.#indent;
  }

  get isAtLineStart(): boolean {
    return !this.#isOpen;
  }

  /** Ends the line, unless nothing is on it, and perhaps leaves one empty. Nothing is left empty at the top. */
  startLine(indent: number, isApart: boolean): void {
    if (this.#isOpen) this.#lines.push(this.#line);
    if (isApart && this.#lines.length > 0 && this.#lines.at(-1) !== "") this.#lines.push("");
    this.#line = "";
    this.#isOpen = false;
    this.#indent = indent;
  }

  write(text: string): void {
    if (!this.#isOpen) this.#line = " ".repeat(this.#indent);
    this.#isOpen = true;
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
