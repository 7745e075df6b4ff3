import { UsageError } from "./usage-error.js";

/** A command line that was checked against its command. */
export class Arguments {
  readonly positionals: readonly string[];
  readonly #values: ReadonlyMap<string, readonly string[]>;

  /** `values` has an entry for each option that was given; that of an option without a value is empty. */
  constructor(positionals: readonly string[], values: ReadonlyMap<string, readonly string[]>) {
    this.positionals = positionals;
    this.#values = values;
  }

  /** The positional argument at an index. Throws UsageError if it was left out. */
  positional(index: number): string {
    const value = this.positionals[index];
    if (value === undefined) throw new UsageError(`argument ${index + 1} is missing`);
    return value;
  }

  has(option: string): boolean {
    return this.#values.has(option);
  }

  value(option: string): string | null {
    return this.#values.get(option)?.at(-1) ?? null;
  }

  values(option: string): readonly string[] {
    return this.#values.get(option) ?? [];
  }

  /** An integer option. Throws UsageError if it is not one of min..max. */
  integer(option: string, min: number, max: number): number | null {
    const text = this.value(option);
    if (text === null) return null;
    const value = /^[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new UsageError(`--${option} is ${JSON.stringify(text)}; give an integer from ${min} to ${max}`);
  }
}
