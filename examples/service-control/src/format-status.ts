import { ServiceState, type ServiceStatus } from "./gen/service-control.js";

/** The label of a state; a newer manager may have states that are not known here. */
export function stateName(state: ServiceState): string {
  const known = Object.entries(ServiceState).find(([, value]) => value === state);
  return known?.[0] ?? `state ${state}`;
}

/** One line for each service, in columns. */
export function formatTable(services: readonly ServiceStatus[]): string {
  const rows = [
    ["NAME", "STATE", "PID", "RESTARTS", "HELD", "LAST EXIT"],
    ...services.map((status) => [
      status.name,
      stateName(status.state) + (status.isRemoved ? " (removed)" : ""),
      status.pid === 0 ? "-" : String(status.pid),
      String(status.restarts),
      String(status.holders),
      lastExit(status),
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Everything about one service, a fact a line. */
export function formatDetails(status: ServiceStatus): string {
  const facts = [
    ["name", status.name],
    [
      "state",
      stateName(status.state) + (status.isRemoved ? ", removed: it goes when it is no longer held" : ""),
    ],
    ["process", status.pid === 0 ? "none" : String(status.pid)],
    ["last exit", lastExit(status)],
    ["restarts", String(status.restarts)],
    ["held by", count(status.holders, "handle")],
    [
      "asked by",
      status.requester === ""
        ? "the service manager"
        : `${status.requester} in process ${status.requesterPid}`,
    ],
    ["log", `${status.logEnd} octets written`],
  ];
  return facts.map(([name = "", value]) => `${name.padEnd(10)} ${value}`).join("\n");
}

/** A change in one line. */
export function formatChange(status: ServiceStatus): string {
  const process = status.pid === 0 ? "" : ` process ${status.pid}`;
  return `${status.name} ${stateName(status.state)}${process}, ${count(status.restarts, "restart")}, ${count(status.holders, "handle")}`;
}

function lastExit({ exitCode, exitSignal }: ServiceStatus): string {
  if (exitSignal !== 0) {
    return `signal ${exitSignal}`;
  }
  return exitCode === -1 ? "-" : `code ${exitCode}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
