import { subscribe } from "node:diagnostics_channel";
import type { AccessDeniedEvent, HandlerErrorEvent, RundownErrorEvent } from "@ncalrpc/runtime";

/** Writes to stderr what the run time reports and no caller is told. Each channel has events of one type. */
export function logDiagnostics(): void {
  subscribe("ncalrpc:access-denied", (event) => {
    const { caller, reason } = event as AccessDeniedEvent;
    console.error(`scd: denied process ${caller?.pid ?? "unknown"}: ${reason}`);
  });
  subscribe("ncalrpc:handler-error", (event) => {
    const { method, error } = event as HandlerErrorEvent;
    console.error(`scd: ${method} failed:`, error);
  });
  subscribe("ncalrpc:rundown-error", (event) => {
    const { contextType, error } = event as RundownErrorEvent;
    console.error(`scd: a ${contextType} could not be run down:`, error);
  });
}
