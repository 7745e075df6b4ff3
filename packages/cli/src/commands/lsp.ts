import type { Command } from "../command.js";
import { ExitCode } from "../exit-code.js";

export const lsp: Command = {
  name: "lsp",
  summary: "Serve editors: the language server protocol over standard input and output.",
  parameters: [],
  options: { stdio: { help: "Accepted since editors give it; there is no other way." } },
  notes: [
    "Diagnostics and lint findings, hover, go to definition, formatting, rename, outline.",
    "`initializationOptions`, and the section `ncalrpc` of a changed configuration, have `includeDirectories` (a list),",
    "`dialect` and `defines` (an object). Ends when the editor says so, or is gone.",
  ],
  examples: ["ncalrpc lsp --stdio"],
  run: runServer,
};

async function runServer(): Promise<ExitCode> {
  const { startServer } = await import("@ncalrpc/lsp");
  startServer(process.stdin, process.stdout);
  // A pipe is closed after its end; a file, as /dev/null, only ends.
  await new Promise((resolve) => process.stdin.once("end", resolve).once("close", resolve));
  return ExitCode.DONE;
}
