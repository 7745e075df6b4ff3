import { ClientConnection } from "@ncalrpc/runtime";
import type { Arguments } from "../arguments.js";
import type { Command } from "../command.js";
import { endpointParameter, jsonOption } from "../common-options.js";
import { bindingOf } from "../endpoint.js";
import { ExitCode } from "../exit-code.js";
import { describeUser, identityOf } from "../identity.js";
import { plural } from "../read-model.js";
import { measureRoundTrips, summarize } from "../round-trips.js";
import { jsonText } from "../safe-text.js";
import type { Terminal } from "../terminal.js";

const DEFAULT_COUNT = 10;
const DEFAULT_TIMEOUT = 5_000;

export const ping: Command = {
  name: "ping",
  summary: "Measure round trips to a server and say who it is.",
  parameters: [endpointParameter],
  options: {
    count: { value: "N", help: `Round trips, 1 to 1000000 (default ${DEFAULT_COUNT}).` },
    timeout: { value: "MS", help: `Wait for each answer at most so long (default ${DEFAULT_TIMEOUT}).` },
    json: jsonOption,
  },
  notes: [
    "A round trip is a call of the management interface, which every server offers. Times are milliseconds.",
  ],
  examples: ["ncalrpc ping hello", "ncalrpc ping ncalrpc:[hello] --count 1000", "ncalrpc ping hello --json"],
  run: runPing,
};

async function runPing(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  const endpoint = args.positional(0);
  const binding = bindingOf(endpoint);
  const count = args.integer("count", 1, 1_000_000) ?? DEFAULT_COUNT;
  const timeout = args.integer("timeout", 1, 600_000) ?? DEFAULT_TIMEOUT;
  using connection = await ClientConnection.connect(binding, { timeout });
  const milliseconds = summarize(await measureRoundTrips(connection, count, timeout));
  const { user, pid } = connection.serverToken;
  if (args.has("json")) {
    const server = { ...identityOf(user), pid };
    terminal.print(jsonText({ endpoint, binding, count, milliseconds, server }));
  } else {
    const { min, median, max } = milliseconds;
    const times = `min ${format(min)}  median ${format(median)}  max ${format(max)}`;
    terminal.print(`${endpoint}: ${plural(count, "round trip")}, ${times}`);
    terminal.print(`server: ${describeUser(user)}, ${user}, process ${pid}`);
  }
  return ExitCode.DONE;
}

function format(milliseconds: number): string {
  return `${milliseconds.toFixed(3)} ms`;
}
