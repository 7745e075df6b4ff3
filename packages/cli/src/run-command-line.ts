import { readFileSync } from "node:fs";
import type { Command } from "./command.js";
import { CommandFailure } from "./command-failure.js";
import { commandTable } from "./command-table.js";
import { ExitCode } from "./exit-code.js";
import { commandHelp, helpText, usageLine } from "./help.js";
import { parseArguments } from "./parse-arguments.js";
import { reportFailure } from "./report-failure.js";
import { suggest } from "./suggest.js";
import { paint, type Terminal } from "./terminal.js";
import { UsageError } from "./usage-error.js";

/** Runs the command that a command line asks for. Rejects only for a defect of our own. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [first, ...rest] = args;
  if (first === "--help" || first === "-h") {
    terminal.print(helpText(commandTable));
    return ExitCode.DONE;
  }
  if (first === "--version") {
    terminal.print(version());
    return ExitCode.DONE;
  }
  if (first === undefined) {
    terminal.report(helpText(commandTable));
    return ExitCode.USAGE;
  }
  const entry = commandTable.find(({ name }) => name === first);
  if (entry === undefined) return unknownCommand(first, terminal);
  return await runCommand(await entry.load(), rest, terminal);
}

async function runCommand(command: Command, args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let asJson = false;
  try {
    const parsed = parseArguments(command, args);
    if (parsed.has("help")) {
      terminal.print(commandHelp(command));
      return ExitCode.DONE;
    }
    asJson = parsed.has("json");
    return await command.run(parsed, terminal);
  } catch (error) {
    if (error instanceof UsageError)
      return wrongUsage(error.message, usageLine(command), command.name, terminal);
    if (error instanceof CommandFailure) return reportFailure(error, asJson, terminal);
    // Only here: commands that call nobody do without the runtime.
    const { reportCallFailure } = await import("./report-call-failure.js");
    return reportCallFailure(error, asJson, terminal);
  }
}

function unknownCommand(typed: string, terminal: Terminal): ExitCode {
  const isOption = typed.startsWith("-");
  const known = isOption ? ["--help", "--version"] : commandTable.map(({ name }) => name);
  const message = `unknown ${isOption ? "option" : "command"} "${typed}"${suggest(typed, known)}`;
  return wrongUsage(message, "Usage: ncalrpc COMMAND [arguments]", null, terminal);
}

function wrongUsage(message: string, usage: string, command: string | null, terminal: Terminal): ExitCode {
  terminal.report(`${paint(terminal.reportsColor, "red", "error:")} ${message}`);
  terminal.report(usage);
  terminal.report(`Try: ncalrpc ${command === null ? "" : `${command} `}--help`);
  return ExitCode.USAGE;
}

function version(): string {
  const record: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const isRecord = typeof record === "object" && record !== null && "version" in record;
  return isRecord && typeof record.version === "string" ? record.version : "unknown";
}
