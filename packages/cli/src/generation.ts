import type { Plugin } from "@ncalrpc/codegen";
import type { CompileOptions, CompileResult } from "@ncalrpc/idl";
import { CommandFailure } from "./command-failure.js";
import { ExitCode } from "./exit-code.js";
import { type PlannedFile, planFiles, writePlanned } from "./output-directory.js";
import { countFindings, plural, readModel, writeDiagnostics } from "./read-model.js";
import { reportFailure } from "./report-failure.js";
import { runPlugins } from "./run-plugins.js";
import { paint, type Terminal } from "./terminal.js";

export interface GenerationOptions {
  readonly files: readonly string[];
  readonly include: readonly string[];
  readonly compile: CompileOptions;
  readonly out: string;
  readonly plugins: readonly Plugin[];
  /** Say what would change and write nothing. */
  readonly isCheck: boolean;
}

/** Compiles, generates, writes what has changed, and says so. Never throws for what is in the files. */
export function runGeneration(options: GenerationOptions, terminal: Terminal): ExitCode {
  return generateFrom(readModel(options.files, options.include, options.compile), options, terminal);
}

/** As `runGeneration`, from what was compiled already. */
export function generateFrom(
  { model, diagnostics }: CompileResult,
  options: GenerationOptions,
  terminal: Terminal,
): ExitCode {
  writeDiagnostics(diagnostics, terminal.reportsColor, terminal.report);
  if (model === null) {
    terminal.report(`nothing generated: ${countFindings(diagnostics)}`);
    return ExitCode.FAILED;
  }
  for (const { limitations } of options.plugins) {
    for (const limitation of limitations?.(model) ?? []) terminal.report(`warning: ${limitation}`);
  }
  try {
    const planned = planFiles(options.out, runPlugins(options.plugins, model));
    return options.isCheck ? reportPlan(planned, terminal) : writeAll(planned, terminal);
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return reportFailure(error, false, terminal);
  }
}

function writeAll(planned: readonly PlannedFile[], terminal: Terminal): ExitCode {
  for (const file of planned) {
    if (file.state !== "unchanged") writePlanned(file);
    terminal.print(line(file.state === "unchanged" ? "unchanged" : "wrote", file, terminal));
  }
  const written = planned.filter(({ state }) => state !== "unchanged").length;
  terminal.print(`${plural(written, "file")} written, ${planned.length - written} unchanged`);
  return ExitCode.DONE;
}

function reportPlan(planned: readonly PlannedFile[], terminal: Terminal): ExitCode {
  const stale = planned.filter(({ state }) => state !== "unchanged");
  for (const file of stale)
    terminal.print(line(file.state === "new" ? "missing" : "outdated", file, terminal));
  terminal.print(
    `${plural(stale.length, "file")} would be written, ${planned.length - stale.length} unchanged`,
  );
  return stale.length === 0 ? ExitCode.DONE : ExitCode.FAILED;
}

function line(what: string, { path, state }: PlannedFile, { printsColor }: Terminal): string {
  return `${paint(printsColor, state === "unchanged" ? "dim" : "green", what.padEnd(9))} ${path}`;
}
