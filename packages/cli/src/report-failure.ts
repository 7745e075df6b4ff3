import type { CommandFailure } from "./command-failure.js";
import { ExitCode } from "./exit-code.js";
import { jsonText } from "./safe-text.js";
import { paint, type Terminal } from "./terminal.js";

/** Tells the user why a command could not do what it was asked to. */
export function reportFailure({ message }: CommandFailure, asJson: boolean, terminal: Terminal): ExitCode {
  if (asJson) terminal.print(jsonText({ error: { message } }));
  terminal.report(`${paint(terminal.reportsColor, "red", "error:")} ${message}`);
  return ExitCode.FAILED;
}
