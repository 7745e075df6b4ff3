import type { RpcError, RpcStatusName } from "@ncalrpc/runtime";

const advice: Partial<Record<RpcStatusName, string>> = {
  RPC_S_ACCESS_DENIED:
    "only the manager's owner, root and its administrators may do this; anyone may list and query",
  RPC_S_SERVER_UNAVAILABLE: "is scd running? --endpoint and NCALRPC_DIR say where it is looked for",
  RPC_S_UNKNOWN_IF: "something else than scd, or another version of it, listens there",
  RPC_S_TIMEOUT: "it may still happen: see scctl status",
};

/** What went wrong, and what to do about it where that is known. */
export function explainError(error: RpcError): string {
  const hint = advice[error.status];
  return hint === undefined ? error.message : `${error.message}\n  ${hint}`;
}
