import type { CommunicationPort } from "@ncalrpc/alpc";
import { isLocalServer } from "../local-servers.js";
import { RpcError } from "../rpc-error.js";
import { turn } from "../turn.js";
import type { CallOptions, PendingCall } from "./pending-call.js";

/** Throws RpcError if this thread can't wait for an answer of the server at `endpoint`, or not as the options say. */
export function checkBlocking(
  port: CommunicationPort,
  endpoint: string,
  options: CallOptions | undefined,
): void {
  if (options?.signal !== undefined) {
    throw new RpcError("RPC_S_INVALID_ARG", {
      details:
        "a signal cannot abort a synchronous call, as nothing runs that could raise it: give a timeout",
    });
  }
  if (turn.depth > 0) {
    throw new RpcError("RPC_S_CANNOT_SUPPORT", {
      details:
        "a handler cannot call synchronously before its first await: the thread is handing messages on",
    });
  }
  if (port.waitForMessages === undefined || isLocalServer(endpoint, port.token.pid)) {
    throw new RpcError("RPC_S_CANNOT_SUPPORT", {
      details: `the server at ${endpoint} runs in this thread, and could not answer while the thread waits for it`,
    });
  }
}

/**
 * Blocks this thread until it is time for the next step of `call`, or the call is settled; what else arrives on its connection
 * meanwhile is handed on. `expire` gives it up.
 */
export function waitForCall(
  port: CommunicationPort,
  call: PendingCall,
  isTime: () => boolean,
  expire: () => void,
): void {
  try {
    while (!call.isSettled && !isTime()) {
      if (port.isClosed || port.waitForMessages === undefined) {
        throw new RpcError(statusOf(call), { details: "the connection was closed" });
      }
      const left = call.deadline - performance.now();
      if (left <= 0) {
        expire();
      } else {
        port.waitForMessages(left);
      }
    }
  } catch (error) {
    call.fail(RpcError.from(error, statusOf(call)));
  }
}

/** How a call fails that ends with its connection. */
function statusOf(call: PendingCall): "RPC_S_CALL_FAILED" | "RPC_S_CALL_FAILED_DNE" {
  return call.messageId === 0 ? "RPC_S_CALL_FAILED_DNE" : "RPC_S_CALL_FAILED";
}
