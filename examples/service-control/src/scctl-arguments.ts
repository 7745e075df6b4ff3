import { parseArgs } from "node:util";

export const USAGE = `usage: scctl [--endpoint NAME] COMMAND

  list                              all services
  status NAME                       one service
  start NAME | stop NAME | restart NAME
  remove NAME                       stop it and forget it, at the latest when nobody holds it any more
  hold NAME                         hold it open until Ctrl-C
  watch NAME                        print its changes until Ctrl-C
  log NAME [--bytes N] [--follow]   what it wrote, or the last N octets of it

  --endpoint NAME                   where the manager listens; default service-control
  --help

Exit codes: 0 done, 1 the manager refused or cannot be reached, 2 wrong usage.
`;

const COMMANDS = ["list", "status", "start", "stop", "restart", "remove", "hold", "watch", "log"] as const;
export type CommandName = (typeof COMMANDS)[number];

export interface ScctlArguments {
  readonly command: CommandName;
  /** The service; empty for `list`. */
  readonly name: string;
  /** A string binding. */
  readonly binding: string;
  readonly follow: boolean;
  readonly last: number | null;
}

/** Arguments that make no sense; the message says why. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Null if help is what is wanted. Throws UsageError. */
export function parseScctlArguments(args: readonly string[]): ScctlArguments | null {
  const { values, positionals } = parse(args);
  if (values.help === true) {
    return null;
  }
  const [given, name = "", ...rest] = positionals;
  const command = COMMANDS.find((known) => known === given);
  if (command === undefined) {
    throw new UsageError(given === undefined ? "give a command" : `unknown command "${given}"`);
  }
  if (command === "list" ? positionals.length > 1 : name === "" || rest.length > 0) {
    throw new UsageError(
      command === "list" ? "list takes no name" : `${command} takes the name of one service`,
    );
  }
  if (command !== "log" && (values.follow !== undefined || values.bytes !== undefined)) {
    throw new UsageError(`--follow and --bytes belong to log, not to ${command}`);
  }
  const { endpoint = "service-control" } = values;
  return {
    command,
    name,
    binding: endpoint.startsWith("ncalrpc:") ? endpoint : `ncalrpc:[${endpoint}]`,
    follow: values.follow ?? false,
    last: values.bytes === undefined ? null : parseCount(values.bytes),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        endpoint: { type: "string" },
        follow: { type: "boolean" },
        bytes: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
      allowPositionals: true,
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!/^[0-9]+$/.test(text) || !Number.isSafeInteger(count) || count === 0) {
    throw new UsageError(`--bytes takes a positive integer, not "${text}"`);
  }
  return count;
}
