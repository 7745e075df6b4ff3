import { isRpcError } from "../rpc-error.js";
import { RpcStatus, type RpcStatusName } from "../rpc-status.js";

/** What becomes of a status that a method has asked for by [comm_status] or [fault_status] (C706 6.2.6.6). */
export interface StatusHandlers<F> {
  /** Of a call that did not come to the handler and back. */
  readonly comm?: (status: number) => F;
  /** Of a call that the server's stub, its access check or the handler refused. */
  readonly fault?: (status: number) => F;
}

/** Makes a call, and answers what the handlers make of a failure that they are there for; others reject as ever. */
export async function withStatus<T, F>(call: () => Promise<T>, handlers: StatusHandlers<F>): Promise<T | F> {
  try {
    return await call();
  } catch (error) {
    return handle(error, handlers);
  }
}

/** The same of a call that blocks. */
export function withStatusSync<T, F>(call: () => T, handlers: StatusHandlers<F>): T | F {
  try {
    return call();
  } catch (error) {
    return handle(error, handlers);
  }
}

function handle<F>(error: unknown, { comm, fault }: StatusHandlers<F>): F {
  const handler = isRpcError(error) ? (isFault(error.status) ? fault : comm) : undefined;
  if (!isRpcError(error) || handler === undefined) throw error;
  return handler(RpcStatus[error.status]);
}

/** Statuses that are faults although their names do not begin with RPC_X_. */
const faults: ReadonlySet<RpcStatusName> = new Set([
  "RPC_S_ACCESS_DENIED",
  "RPC_S_INVALID_BOUND",
  "RPC_S_INVALID_TAG",
  "RPC_S_SERVER_OUT_OF_MEMORY",
  "RPC_S_UNSUPPORTED_TYPE",
]);

/** Which of the two a status is, told by its value, as Windows tells them. */
function isFault(status: RpcStatusName): boolean {
  return status.startsWith("RPC_X_") || faults.has(status);
}
