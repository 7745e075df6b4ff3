import { describeFailure } from "./describe-failure.js";
import { ExitCode } from "./exit-code.js";
import { jsonText, safeText } from "./safe-text.js";
import { paint, type Terminal } from "./terminal.js";

/** Tells the user how a call, or reaching a server, failed. Throws what is nothing for users: a defect. */
export function reportCallFailure(error: unknown, asJson: boolean, terminal: Terminal): ExitCode {
  const failure = describeFailure(error);
  if (failure === null) throw error;
  const { status, number, meaning, details, next } = failure;
  if (asJson) terminal.print(jsonText({ error: failure }));
  terminal.report(`${paint(terminal.reportsColor, "red", `error ${status} (${number}):`)} ${meaning}`);
  if (details !== null) terminal.report(`  details: ${safeText(details)}`);
  if (next !== null) terminal.report(`  next: ${next}`);
  return ExitCode.FAILED;
}
