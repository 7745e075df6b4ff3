import type { Command, Option, Parameter } from "./command.js";
import { optionsOf } from "./parse-arguments.js";

const EXIT_CODES = "Exit code: 0 done, 1 findings or a failed call, 2 a wrong command line.";

/** The help of `ncalrpc` itself. */
export function helpText(commands: readonly { readonly name: string; readonly summary: string }[]): string {
  return [
    "Usage: ncalrpc COMMAND [arguments]",
    "",
    "Local remote procedure calls: compiles IDL, looks at endpoints, and calls them.",
    "",
    "Commands:",
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    "",
    "Options:",
    ...columns([
      ["-h, --help", "Show this help; `ncalrpc COMMAND --help` shows that of a command."],
      ["--version", "Show the version."],
    ]),
    "",
    "Examples:",
    "  ncalrpc generate idl/hello.idl --out src/gen",
    "  ncalrpc list",
    `  ncalrpc call hello Hello.Greet '{ "name": "world" }' --idl idl/hello.idl`,
    "",
    EXIT_CODES,
  ].join("\n");
}

/** The help of one command. */
export function commandHelp(command: Command): string {
  const { parameters, notes, examples } = command;
  return [
    usageLine(command),
    "",
    command.summary,
    ...section("Arguments:", columns(parameters.map(({ name, help }) => [name, help]))),
    ...section(
      "Options:",
      columns(
        Object.entries(optionsOf(command)).map(([name, option]) => [optionUsage(name, option), option.help]),
      ),
    ),
    ...section(null, notes),
    ...section(
      "Examples:",
      examples.map((example) => `  ${example}`),
    ),
    "",
    EXIT_CODES,
  ].join("\n");
}

export function usageLine({ name, parameters }: Command): string {
  return ["Usage: ncalrpc", name, ...parameters.map(parameterUsage), "[options]"].join(" ");
}

function parameterUsage({ name, isRepeated, isOptional }: Parameter): string {
  const text = isRepeated === true ? `${name}...` : name;
  return isOptional === true ? `[${text}]` : text;
}

function optionUsage(name: string, { short, value }: Option): string {
  const names = short === undefined ? `--${name}` : `-${short}, --${name}`;
  return value === undefined ? names : `${names} ${value}`;
}

function section(title: string | null, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  return ["", ...(title === null ? [] : [title]), ...lines];
}

function columns(rows: readonly (readonly [left: string, right: string])[]): string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
