/** SDDL text that does not say what a descriptor is. */
export class SddlError extends Error {
  override readonly name = "SddlError";
  /** Index into the text, in UTF-16 units from 0. */
  readonly position: number;
  /** What to write instead. */
  readonly hint: string;

  constructor(problem: string, position: number, hint: string) {
    super(`SDDL: ${problem} at position ${position}; ${hint}`);
    this.position = position;
    this.hint = hint;
  }
}
