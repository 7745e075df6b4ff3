import { defaultKernel } from "@ncalrpc/alpc";
import type { Arguments } from "../arguments.js";
import type { Command } from "../command.js";
import { CommandFailure } from "../command-failure.js";
import { includeOption, jsonOption } from "../common-options.js";
import { ExitCode } from "../exit-code.js";
import { interfaceNames } from "../interface-names.js";
import { countFindings, readModel, writeDiagnostics } from "../read-model.js";
import { jsonText, safeText } from "../safe-text.js";
import { type EndpointReport, surveyEndpoints } from "../survey-endpoints.js";
import { alignColumns } from "../table.js";
import { paint, type Terminal } from "../terminal.js";

const DEFAULT_TIMEOUT = 500;

export const list: Command = {
  name: "list",
  summary: "List the endpoints on this machine, who owns them and what they offer.",
  parameters: [],
  options: {
    idl: { value: "FILE", isRepeated: true, help: "Take names of interfaces from FILE." },
    include: includeOption,
    timeout: { value: "MS", help: `Wait for each server at most so long (default ${DEFAULT_TIMEOUT}).` },
    all: { help: "Show dead endpoints, too." },
    json: jsonOption,
  },
  notes: [
    "Looks where clients look: in $NCALRPC_DIR if that is set, else in the user's own directory and in /run/ncalrpc.",
    "An endpoint is dead when its server ended without removing it; a server of that name takes it over. A server",
    "that does not let you connect is shown as refused. That is no failure: the exit code is 0.",
    "With --json, all endpoints are there.",
  ],
  examples: ["ncalrpc list", "ncalrpc list --idl idl/hello.idl", "ncalrpc list --json"],
  run: runList,
};

async function runList(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  const timeout = args.integer("timeout", 1, 600_000) ?? DEFAULT_TIMEOUT;
  const names = knownNames(args, terminal);
  const reports = await surveyEndpoints(defaultKernel(), { timeout, names });
  if (args.has("json")) terminal.print(jsonText({ endpoints: reports }));
  else if (reports.length === 0) terminal.report("no endpoints: no server has made one where clients look");
  else printEndpoints(reports, args.has("all"), terminal);
  return ExitCode.DONE;
}

function knownNames(args: Arguments, terminal: Terminal): ReadonlyMap<string, string> {
  const { model, diagnostics } = readModel(args.values("idl"), args.values("include"));
  writeDiagnostics(diagnostics, terminal.reportsColor, terminal.report);
  if (model === null) throw new CommandFailure(`no names from IDL: ${countFindings(diagnostics)}`);
  return interfaceNames(model);
}

function printEndpoints(reports: readonly EndpointReport[], all: boolean, terminal: Terminal): void {
  const shown = all ? reports : reports.filter(({ isLive }) => isLive);
  if (shown.length > 0) printTable(shown, terminal);
  const hidden = reports.length - shown.length;
  if (hidden > 0)
    terminal.report(`${hidden} dead ${hidden === 1 ? "endpoint" : "endpoints"} not shown (--all shows them)`);
}

function printTable(reports: readonly EndpointReport[], terminal: Terminal): void {
  const [heading = "", ...lines] = alignColumns([
    ["ENDPOINT", "OWNER", "SID", "STATE", "INTERFACES"],
    ...reports.flatMap(rowsOf),
  ]);
  terminal.print(paint(terminal.printsColor, "bold", heading));
  for (const line of lines) terminal.print(line);
}

/** The endpoint with its first interface, then a row for each other one. */
function rowsOf({ name, owner, isLive, interfaces, failure }: EndpointReport): string[][] {
  const offered = (interfaces ?? []).map(
    ({ uuid, version, name }) => `${uuid} v${version}${name === null ? "" : `  ${name}`}`,
  );
  const [first = "", ...others] = failure === null ? offered : [explain(failure.status)];
  const user = owner.user ?? (owner.uid === null ? "-" : `uid ${owner.uid}`);
  return [
    [safeText(name), user, owner.sid, isLive ? "live" : "dead", first],
    ...others.map((other) => ["", "", "", "", other]),
  ];
}

function explain(status: string): string {
  if (status === "RPC_S_ACCESS_DENIED") return "refused";
  return status === "RPC_S_TIMEOUT" ? "no answer" : status;
}
