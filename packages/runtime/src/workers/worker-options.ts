import type { ResourceLimits } from "node:worker_threads";
import { RpcError } from "../rpc-error.js";

/** The threads that run handlers of a server. */
export interface WorkerOptions {
  /** 0 to 64; 0 for none. */
  readonly count: number;
  /** What each may take of memory: one that takes more ends, and is replaced. By default as much as the system lets it. */
  readonly resourceLimits?: ResourceLimits;
}

const MAX_WORKERS = 64;

/** Throws RpcError RPC_S_INVALID_ARG for a number that cannot be. */
export function resolveWorkers(given: number | WorkerOptions = 0): WorkerOptions {
  const options = typeof given === "number" ? { count: given } : given;
  const { count } = options;
  if (!Number.isInteger(count) || count < 0 || count > MAX_WORKERS) {
    throw new RpcError("RPC_S_INVALID_ARG", { details: `workers: ${count}, not 0 to ${MAX_WORKERS}` });
  }
  return options;
}
