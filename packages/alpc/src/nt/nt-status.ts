import { AlpcError, type NtStatusName } from "../error.js";
import { Status, type StatusName } from "./layout/status.js";

/** What callers are told, for each status that says it in other words. The rest keeps its name, or is UNSUCCESSFUL. */
const translated: Partial<Record<StatusName, NtStatusName>> = {
  OBJECT_PATH_NOT_FOUND: "OBJECT_NAME_NOT_FOUND",
  PORT_CLOSED: "PORT_DISCONNECTED",
  MESSAGE_LOST: "PORT_DISCONNECTED",
  REQUEST_CANCELED: "PORT_DISCONNECTED",
  INVALID_PORT_HANDLE: "PORT_DISCONNECTED",
  LPC_HANDLE_COUNT_EXCEEDED: "QUOTA_EXCEEDED",
  INVALID_PARAMETER_2: "INVALID_PARAMETER",
  LPC_REQUESTS_NOT_ALLOWED: "NOT_SUPPORTED",
};

const asThemselves: ReadonlySet<string> = new Set<NtStatusName>([
  "TIMEOUT",
  "PARTIAL_COPY",
  "UNSUCCESSFUL",
  "INVALID_PARAMETER",
  "ACCESS_DENIED",
  "PORT_MESSAGE_TOO_LONG",
  "OBJECT_NAME_INVALID",
  "OBJECT_NAME_NOT_FOUND",
  "OBJECT_NAME_COLLISION",
  "PORT_DISCONNECTED",
  "PORT_CONNECTION_REFUSED",
  "QUOTA_EXCEEDED",
  "INSUFFICIENT_RESOURCES",
  "SERVER_SID_MISMATCH",
  "INVALID_MESSAGE",
  "LPC_INVALID_CONNECTION_USAGE",
]);

const names = new Map<number, string>(Object.entries(Status).map(([name, value]) => [value, name]));

/** NT_SUCCESS: informational codes (0x102, 0x103, 0x4000002E...) are successes too. `status` is unsigned. */
export function isSuccess(status: number): boolean {
  return status < 0x8000_0000;
}

/** The error for a status that is none of those that the caller expected. */
export function ntError(status: number, doing: string): AlpcError {
  const name = names.get(status) ?? "";
  const known = translated[name as StatusName] ?? (asThemselves.has(name) ? (name as NtStatusName) : null);
  const shown = `${name === "" ? "NTSTATUS" : name} (0x${status.toString(16).padStart(8, "0")})`;
  return new AlpcError(known ?? "UNSUCCESSFUL", `${doing}: ${shown}`);
}

/** The name of a status, or its number. */
export function statusText(status: number): string {
  return names.get(status) ?? `0x${status.toString(16).padStart(8, "0")}`;
}

/** Throws unless the call did what it is for: TIMEOUT is no success here. */
export function check(status: number, doing: string): void {
  if (!isSuccess(status) || status === Status.TIMEOUT) throw ntError(status, doing);
}

/** The other side has gone, or has withdrawn what we answer: nothing that we could do about it. */
export function isLate(status: number): boolean {
  return late.has(status);
}

const late: ReadonlySet<number> = new Set([
  Status.PORT_DISCONNECTED,
  Status.INVALID_PORT_HANDLE,
  Status.REPLY_MESSAGE_MISMATCH,
  Status.PORT_CLOSED,
  Status.MESSAGE_LOST,
  Status.INVALID_MESSAGE,
  Status.REQUEST_CANCELED,
]);
