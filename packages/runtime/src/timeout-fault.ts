import { RpcError } from "./rpc-error.js";

/** Milliseconds: as many as the wire has room for. */
const MAX_TIMEOUT = 0xffff_fffe;

/** What is wrong with the timeout that a caller gives, in milliseconds; null if nothing is. */
export function timeoutFault(timeout: number): RpcError | null {
  if (timeout >= 1 && timeout <= MAX_TIMEOUT) {
    return null;
  }
  return new RpcError("RPC_S_INVALID_ARG", {
    details: `timeout is ${timeout}, not 1..${MAX_TIMEOUT} milliseconds`,
  });
}
