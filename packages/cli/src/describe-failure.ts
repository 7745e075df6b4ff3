import { type AlpcError, isAlpcError, NtStatus } from "@ncalrpc/alpc";
import { explainRpcStatus, isRpcError, RpcStatus, type RpcStatusName } from "@ncalrpc/runtime";

/** A failure of a call or of the ports beneath, as plain data. */
export interface FailureRecord {
  readonly status: string;
  readonly number: number;
  /** What the status means. */
  readonly meaning: string;
  /** What the server, or who could not reach it, had to add. */
  readonly details: string | null;
  /** What to do about it. */
  readonly next: string | null;
}

const nextSteps: Partial<Readonly<Record<RpcStatusName, string>>> = {
  RPC_S_ACCESS_DENIED: "call as a user whom the server allows, or have its owner allow you",
  RPC_S_TIMEOUT: "see whether the server answers at all (`ncalrpc ping`), or allow more time with --timeout",
  RPC_S_INVALID_ENDPOINT_FORMAT: "give a name (hello), a path (/run/x/hello) or a binding (ncalrpc:[hello])",
  RPC_S_UNKNOWN_IF:
    "see what the server offers (`ncalrpc list`), and compare uuid and version with your IDL file",
  RPC_S_SERVER_UNAVAILABLE: "start the server, or see which endpoints there are (`ncalrpc list`)",
  RPC_S_SERVER_TOO_BUSY: "try again in a moment",
  RPC_S_PROCNUM_OUT_OF_RANGE:
    "the server was built from an older IDL file: use that one, or update the server",
  RPC_S_CALL_FAILED: "see the server's log: it keeps the reason to itself unless it throws an RpcError",
  RPC_S_PROTOCOL_ERROR: "make sure that the endpoint is that of an ncalrpc server of a matching version",
  RPC_X_BAD_STUB_DATA:
    "client and server disagree about the parameters: use the IDL file that the server was built from",
  RPC_X_SS_HANDLES_MISMATCH:
    "a context handle lives on one connection; write a small client for several calls",
  RPC_X_SS_IN_NULL_CONTEXT:
    "a context handle lives on one connection; write a small client for several calls",
};

/** The record of what the library throws for callers; null for anything else. */
export function describeFailure(error: unknown): FailureRecord | null {
  if (isRpcError(error)) {
    const { status, details } = error;
    return {
      status,
      number: RpcStatus[status],
      meaning: explainRpcStatus(status),
      details,
      next: nextSteps[status] ?? null,
    };
  }
  return isAlpcError(error) ? describeAlpcError(error) : null;
}

function describeAlpcError({ status, message }: AlpcError): FailureRecord {
  return { status, number: NtStatus[status], meaning: message, details: null, next: null };
}
