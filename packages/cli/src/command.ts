import type { Arguments } from "./arguments.js";
import type { ExitCode } from "./exit-code.js";
import type { Terminal } from "./terminal.js";

/** A subcommand: what its help says and its command line is checked against, and what it does. */
export interface Command {
  readonly name: string;
  /** One line, as in the list of commands. */
  readonly summary: string;
  readonly parameters: readonly Parameter[];
  /** By long name, without dashes. */
  readonly options: Readonly<Record<string, Option>>;
  /** Lines between the options and the examples. */
  readonly notes: readonly string[];
  readonly examples: readonly string[];
  /** Throws UsageError, CommandFailure, RpcError and AlpcError: those are told to the user. */
  run(args: Arguments, terminal: Terminal): Promise<ExitCode>;
}

/** A positional argument. The last one may be repeated or left out. */
export interface Parameter {
  readonly name: string;
  readonly help: string;
  readonly isRepeated?: true;
  readonly isOptional?: true;
}

export interface Option {
  /** What stands for the value in the help; left out for an option without one. */
  readonly value?: string;
  readonly short?: string;
  readonly isRepeated?: true;
  readonly help: string;
}
