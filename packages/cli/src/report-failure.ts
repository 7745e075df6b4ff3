import { CommandFailure } from "./command-failure.js";
import { describeFailure } from "./describe-failure.js";
import { ExitCode } from "./exit-code.js";
import { paint, type Terminal } from "./terminal.js";

/** Tells the user what a command ended with. Throws what is nothing for users: a defect. */
export function reportFailure(error: unknown, asJson: boolean, terminal: Terminal): ExitCode {
  const failure = describeFailure(error);
  if (failure === null && !(error instanceof CommandFailure)) throw error;
  if (asJson) {
    const record = failure ?? { message: error instanceof Error ? error.message : String(error) };
    terminal.print(JSON.stringify({ error: record }, null, 2));
  }
  const heading = (text: string) => paint(terminal.reportsColor, "red", text);
  if (failure === null) {
    terminal.report(`${heading("error:")} ${error instanceof Error ? error.message : String(error)}`);
  } else {
    const { status, number, meaning, details, next } = failure;
    terminal.report(`${heading(`error ${status} (${number}):`)} ${meaning}`);
    if (details !== null) terminal.report(`  details: ${details}`);
    if (next !== null) terminal.report(`  next: ${next}`);
  }
  return ExitCode.FAILED;
}
