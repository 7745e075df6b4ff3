import type { Arguments } from "../arguments.js";
import type { Command } from "../command.js";
import { includeOption, jsonOption } from "../common-options.js";
import { compileOptions, readCompileOptions } from "../compile-options.js";
import { ExitCode } from "../exit-code.js";
import { countFindings, plural, readModel, writeDiagnostics } from "../read-model.js";
import { jsonText } from "../safe-text.js";
import type { Terminal } from "../terminal.js";

export const check: Command = {
  name: "check",
  summary: "Check IDL files and say what is wrong with them.",
  parameters: [{ name: "FILES", help: "IDL files.", isRepeated: true }],
  options: { include: includeOption, ...compileOptions, json: jsonOption },
  notes: [
    "Each finding has a stable id, its place, and a hint. Warnings are findings too: the exit code is then 1.",
    "The JSON has `files` (all that were read, imports included) and `diagnostics`.",
  ],
  examples: [
    "ncalrpc check idl/hello.idl",
    "ncalrpc check -I idl services/*.idl",
    "ncalrpc check --json idl/hello.idl",
  ],
  run: async (args, terminal) => checkFiles(args, terminal),
};

function checkFiles(args: Arguments, terminal: Terminal): ExitCode {
  const { diagnostics, files } = readModel(
    args.positionals,
    args.values("include"),
    readCompileOptions(args),
  );
  if (args.has("json")) {
    terminal.print(jsonText({ files, diagnostics }));
  } else {
    writeDiagnostics(diagnostics, terminal.printsColor, terminal.print);
    terminal.print(`${plural(files.length, "file")} checked: ${countFindings(diagnostics)}`);
  }
  return diagnostics.length === 0 ? ExitCode.DONE : ExitCode.FAILED;
}
