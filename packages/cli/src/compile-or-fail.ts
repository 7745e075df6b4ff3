import { type CompileOptions, compile, formatDiagnostic, type Model, type SourceHost } from "@ncalrpc/idl";
import { CommandFailure } from "./command-failure.js";
import { countFindings } from "./read-model.js";

/** The model of files that have to be right; `what` names them. Throws CommandFailure with their errors. */
export function compileOrFail(
  files: readonly string[],
  host: SourceHost,
  what: string,
  options: CompileOptions,
): Model {
  const { model, diagnostics } = compile(files, host, options);
  if (model !== null) return model;
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const shown = errors.slice(0, 5).map((error) => formatDiagnostic(error));
  throw new CommandFailure(`${what} cannot be read: ${countFindings(diagnostics)}\n${shown.join("\n")}`);
}
