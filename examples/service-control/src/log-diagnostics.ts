import { onAccessDenied, onHandlerError, onRundownError } from "@ncalrpc/runtime";

/** Writes to stderr what the run time reports and no caller is told. */
export function logDiagnostics(): void {
  onAccessDenied(({ caller, reason }) => {
    console.error(`scd: denied process ${caller?.pid ?? "unknown"}: ${reason}`);
  });
  onHandlerError(({ method, error }) => {
    console.error(`scd: ${method} failed:`, error);
  });
  onRundownError(({ contextType, error }) => {
    console.error(`scd: a ${contextType} could not be run down:`, error);
  });
}
