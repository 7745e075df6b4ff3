import { formatText } from "@ncalrpc/idl";
import type { Arguments } from "../arguments.js";
import type { Command } from "../command.js";
import { CommandFailure } from "../command-failure.js";
import { ExitCode } from "../exit-code.js";
import { writePlanned } from "../output-directory.js";
import { plural, writeDiagnostics } from "../read-model.js";
import { readText } from "../read-text.js";
import type { Terminal } from "../terminal.js";
import { UsageError } from "../usage-error.js";

export const format: Command = {
  name: "format",
  summary: "Lay out IDL files in the one canonical way.",
  parameters: [{ name: "FILES", help: "IDL files; - is the standard input.", isRepeated: true }],
  options: {
    write: { help: "Write the files that change. Without it the text is printed." },
    check: {
      help: "Write and print nothing but the names of files that would change, and exit with 1. For CI.",
    },
  },
  notes: [
    "Comments, preprocessor lines and single empty lines stay. Formatting again changes nothing.",
    "Only the words have to make sense, not what they say: files with constructs that are not supported are formatted too.",
  ],
  examples: [
    "ncalrpc format idl/hello.idl",
    "ncalrpc format --write idl/*.idl",
    "ncalrpc format --check idl/*.idl",
  ],
  run: async (args, terminal) => formatFiles(args, terminal),
};

function formatFiles(args: Arguments, terminal: Terminal): ExitCode {
  const isCheck = args.has("check");
  const isWrite = args.has("write");
  if (isCheck && isWrite) throw new UsageError("--check and --write exclude each other");
  const prints = !isCheck && !isWrite;
  let changed = 0;
  let refused = 0;
  for (const path of args.positionals) {
    if (path === "-" && isWrite) throw new UsageError("- cannot be written; leave out --write");
    const before = readText(path);
    const { text, diagnostics } = formatText(before, path);
    if (text === null) {
      writeDiagnostics(diagnostics, terminal.reportsColor, terminal.report);
      refused += 1;
    } else if (prints) terminal.print(text.replace(/\n$/, ""));
    else if (text !== before) {
      changed += 1;
      if (isWrite) writePlanned({ path, text, state: "changed" });
      terminal.print(`${isWrite ? "formatted" : "unformatted"} ${path}`);
    }
  }
  if (!prints) {
    const unchanged = args.positionals.length - changed - refused;
    terminal.print(
      `${plural(changed, "file")} ${isWrite ? "written" : "would be written"}, ${unchanged} unchanged`,
    );
  }
  if (refused > 0)
    throw new CommandFailure(`${plural(refused, "file")} left as they are: mend the errors first`);
  return isCheck && changed > 0 ? ExitCode.FAILED : ExitCode.DONE;
}
