import type { Reporter } from "../diagnostics/reporter.js";
import type { Span } from "../source/span.js";
import { describePlace } from "./check-context.js";

/** What generated names have in common: `SERVICE_STATUS`, `ServiceStatus` and `service_status` are one. */
export function foldName(name: string): string {
  const folded = name.toLowerCase().replaceAll("_", "");
  return folded === "" ? name : folded;
}

/** Finds names of one scope that generated code could not tell apart. */
export class NameClashes {
  readonly #reporter: Reporter;
  readonly #fold: (name: string) => string;
  readonly #seen = new Map<string, { name: string; span: Span }>();

  constructor(reporter: Reporter, fold: (name: string) => string = foldName) {
    this.#reporter = reporter;
    this.#fold = fold;
  }

  /** Adds a name; a clash with an earlier one is reported, an exact duplicate only if `duplicates` says so. */
  add(name: string, span: Span, duplicates = false): void {
    const key = this.#fold(name);
    const earlier = this.#seen.get(key);
    if (earlier === undefined) {
      this.#seen.set(key, { name, span });
      return;
    }
    const where = describePlace(earlier.span);
    if (earlier.name !== name) this.#reporter.report("IDL0404", span, { name, other: earlier.name, where });
    else if (duplicates) this.#reporter.report("IDL0403", span, { name, where });
  }
}
