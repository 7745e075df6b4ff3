import { once } from "node:events";
import { isRpcError } from "@ncalrpc/runtime";
import { explainError } from "./explain-error.js";
import { formatChange, formatDetails, formatTable } from "./format-status.js";
import {
  MAX_SERVICES,
  ServiceControl,
  type ServiceControlClient,
  ServiceState,
} from "./gen/service-control.js";
import { readWholeLog } from "./read-whole-log.js";
import {
  type CommandName,
  parseScctlArguments,
  type ScctlArguments,
  USAGE,
  UsageError,
} from "./scctl-arguments.js";

/** Milliseconds for what the manager answers at once, and for what it has to wait for a process for. */
const QUICK = 5_000;
const SLOW = 120_000;

/** Returns the exit code. What it opens is let go when the client is closed: handles end with their connection. */
type Command = (client: ServiceControlClient, args: ScctlArguments) => Promise<number>;

const commands: Readonly<Record<CommandName, Command>> = {
  list: async (client) => {
    const { services } = await client.list(MAX_SERVICES, { timeout: QUICK });
    return print(formatTable(services));
  },
  status: async (client, { name }) => {
    const { status } = await client.query(name, { timeout: QUICK });
    return print(formatDetails(status));
  },
  start: async (client, { name }) => {
    const { status } = await client.start(name, { timeout: SLOW });
    print(formatDetails(status));
    return status.state === ServiceState.FAILED ? 1 : 0;
  },
  stop: async (client, { name }) => {
    const { status } = await client.stop(name, { timeout: SLOW });
    return print(formatDetails(status));
  },
  restart: async (client, { name }) => {
    const { status } = await client.restart(name, { timeout: SLOW });
    print(formatDetails(status));
    return status.state === ServiceState.FAILED ? 1 : 0;
  },
  remove: async (client, { name }) => {
    const { status } = await client.remove(name, { timeout: SLOW });
    return print(formatDetails(status));
  },
  hold: async (client, { name }) => {
    await client.openService(name, { timeout: QUICK });
    print(`${name} is held by process ${process.pid}`);
    await client.connection.closed;
    return complain("the service manager is gone");
  },
  watch: async (client, { name }) => {
    const { service } = await client.openService(name, { timeout: QUICK });
    let { status } = await client.query(name, { timeout: QUICK });
    for (;;) {
      print(formatChange(status));
      ({ status } = await client.waitForChange(service, status.revision));
    }
  },
  log: async (client, { name, follow, last }) => {
    const { service } = await client.openService(name, { timeout: QUICK });
    for await (const octets of readWholeLog(client, service, {
      follow,
      ...(last === null ? {} : { last }),
    })) {
      if (!process.stdout.write(octets)) {
        await once(process.stdout, "drain");
      }
    }
    return 0;
  },
};

/** Runs one command of scctl and returns its exit code. */
export async function runScctl(args: readonly string[]): Promise<number> {
  try {
    const parsed = parseScctlArguments(args);
    if (parsed === null) {
      process.stdout.write(USAGE);
      return 0;
    }
    await using client = await ServiceControl.connect(parsed.binding, { timeout: QUICK });
    return await commands[parsed.command](client, parsed);
  } catch (error) {
    if (error instanceof UsageError) {
      complain(`${error.message}; see scctl --help`);
      return 2;
    }
    if (isRpcError(error)) {
      return complain(explainError(error));
    }
    throw error;
  }
}

function print(text: string): 0 {
  process.stdout.write(`${text}\n`);
  return 0;
}

function complain(text: string): 1 {
  process.stderr.write(`scctl: ${text}\n`);
  return 1;
}
