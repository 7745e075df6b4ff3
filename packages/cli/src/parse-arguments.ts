import { parseArgs } from "node:util";
import { Arguments } from "./arguments.js";
import type { Command, Option } from "./command.js";
import { suggest } from "./suggest.js";
import { UsageError } from "./usage-error.js";

const help: Option = { short: "h", help: "Show this help." };

/** The options of a command and those that every command has. */
export function optionsOf(command: Command): Readonly<Record<string, Option>> {
  return { ...command.options, help };
}

/** Checks a command line against what its command takes. Throws UsageError. */
export function parseArguments(command: Command, args: readonly string[]): Arguments {
  const options = optionsOf(command);
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(options).map(([name, option]) => [name, parserOption(option)]),
    ),
    // Not strict, so that what is wrong is told in our words; tokens tell all there is.
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const positionals: string[] = [];
  const values = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (option === undefined) throw unknownOption(token.rawName, options);
    checkValue(token.rawName, option, token.value, token.inlineValue === true);
    const given = values.get(token.name);
    if (given !== undefined && option.value !== undefined && option.isRepeated !== true) {
      throw new UsageError(`${token.rawName} is given twice`);
    }
    values.set(token.name, [...(given ?? []), ...(token.value === undefined ? [] : [token.value])]);
  }
  if (!values.has("help")) checkPositionals(command, positionals);
  return new Arguments(positionals, values);
}

function parserOption({ value, short }: Option): { type: "string" | "boolean"; short?: string } {
  return { type: value === undefined ? "boolean" : "string", ...(short === undefined ? {} : { short }) };
}

function unknownOption(typed: string, options: Readonly<Record<string, Option>>): UsageError {
  const known = Object.keys(options).map((name) => `--${name}`);
  return new UsageError(`unknown option "${typed}"${suggest(typed, known)}`);
}

function checkValue(typed: string, option: Option, value: string | undefined, isInline: boolean): void {
  if (option.value === undefined) {
    if (value !== undefined) throw new UsageError(`${typed} takes no value`);
  } else if (value === undefined || value === "") {
    throw new UsageError(`${typed} needs a value: ${typed} ${option.value}`);
  } else if (!isInline && value.length > 1 && value.startsWith("-")) {
    throw new UsageError(
      `${typed} needs a value, and "${value}" looks like an option; if it is one: ${typed}=${value}`,
    );
  }
}

function checkPositionals(command: Command, positionals: readonly string[]): void {
  const { parameters } = command;
  const missing = parameters.find(
    ({ isOptional }, index) => isOptional !== true && positionals[index] === undefined,
  );
  if (missing !== undefined) throw new UsageError(`${missing.name} is missing: ${missing.help}`);
  const surplus = positionals[parameters.length];
  if (surplus !== undefined && parameters.at(-1)?.isRepeated !== true) {
    throw new UsageError(`unexpected argument "${surplus}"`);
  }
}
