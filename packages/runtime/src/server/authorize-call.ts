import { reportAccessDenied } from "../diagnostics.js";
import { RpcError } from "../rpc-error.js";
import type { ServerCall } from "./server-call.js";

/** False for whatever is not a plain yes: an exception, too, is a refusal. */
export function authorize(
  ask: (call: ServerCall) => boolean | Promise<boolean>,
  call: ServerCall,
): boolean | Promise<boolean> {
  try {
    const answer = ask(call);
    return answer instanceof Promise ? answer.catch(() => false) : answer === true;
  } catch {
    return false;
  }
}

/** The fault for a call that `authorize` refused. */
export function unauthorized(call: ServerCall): RpcError {
  return denied(
    call,
    `${call.caller.user} may not use ${call.name}: the server's authorize function refuses it`,
  );
}

/** The fault for a call that was refused, which is reported. */
export function denied(call: ServerCall, reason: string): RpcError {
  reportAccessDenied(call.caller, call.name, reason);
  return new RpcError("RPC_S_ACCESS_DENIED", { details: reason });
}
