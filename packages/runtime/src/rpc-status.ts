/**
 * The statuses that a call can end with: Win32 codes of the RPC run time (MS-ERREF 2.2, MS-RPCE 3.1.1.5.5), under the
 * names of rpcnterr.h. The list is closed: whatever else arrives is reported as the nearest of these.
 */
export const RpcStatus = {
  RPC_S_OK: 0,
  RPC_S_ACCESS_DENIED: 5,
  RPC_X_SS_CONTEXT_MISMATCH: 6,
  RPC_S_OUT_OF_MEMORY: 14,
  RPC_S_INVALID_ARG: 87,
  RPC_S_SERVER_OUT_OF_MEMORY: 1130,
  RPC_S_TIMEOUT: 1460,
  RPC_S_INVALID_STRING_BINDING: 1700,
  RPC_S_INVALID_BINDING: 1702,
  RPC_S_PROTSEQ_NOT_SUPPORTED: 1703,
  RPC_S_INVALID_ENDPOINT_FORMAT: 1706,
  RPC_S_ALREADY_REGISTERED: 1711,
  RPC_S_ALREADY_LISTENING: 1713,
  RPC_S_NOT_LISTENING: 1715,
  RPC_S_UNKNOWN_IF: 1717,
  RPC_S_CANT_CREATE_ENDPOINT: 1720,
  RPC_S_OUT_OF_RESOURCES: 1721,
  RPC_S_SERVER_UNAVAILABLE: 1722,
  RPC_S_SERVER_TOO_BUSY: 1723,
  RPC_S_NO_CALL_ACTIVE: 1725,
  RPC_S_CALL_FAILED: 1726,
  RPC_S_CALL_FAILED_DNE: 1727,
  RPC_S_PROTOCOL_ERROR: 1728,
  RPC_S_UNSUPPORTED_TRANS_SYN: 1730,
  RPC_S_UNSUPPORTED_TYPE: 1732,
  RPC_S_INVALID_TAG: 1733,
  RPC_S_INVALID_BOUND: 1734,
  RPC_S_DUPLICATE_ENDPOINT: 1740,
  RPC_S_PROCNUM_OUT_OF_RANGE: 1745,
  RPC_S_CANNOT_SUPPORT: 1764,
  RPC_S_INTERNAL_ERROR: 1766,
  RPC_X_PIPE_CLOSED: 1916,
  RPC_X_PIPE_DISCIPLINE_ERROR: 1917,
  RPC_X_SS_IN_NULL_CONTEXT: 1775,
  RPC_X_SS_HANDLES_MISMATCH: 1778,
  RPC_X_NULL_REF_POINTER: 1780,
  RPC_X_ENUM_VALUE_OUT_OF_RANGE: 1781,
  RPC_X_BAD_STUB_DATA: 1783,
  RPC_S_CALL_CANCELLED: 1818,
  RPC_S_COMM_FAILURE: 1820,
  RPC_S_SYSTEM_HANDLE_COUNT_EXCEEDED: 1835,
  RPC_S_SYSTEM_HANDLE_TYPE_MISMATCH: 1836,
} as const;
export type RpcStatusName = keyof typeof RpcStatus;

/** What each status means to a person, and what to do about it. */
const explanations: Readonly<Record<RpcStatusName, string>> = {
  RPC_S_OK: "the call succeeded",
  RPC_S_ACCESS_DENIED: "the server's access check refused the caller",
  RPC_X_SS_CONTEXT_MISMATCH:
    "the context handle is not one of this connection, interface and type, or it is closed",
  RPC_S_OUT_OF_MEMORY: "this process is out of memory",
  RPC_S_INVALID_ARG: "an argument is invalid",
  RPC_S_SERVER_OUT_OF_MEMORY: "the server is out of memory, or a limit of it was exceeded",
  RPC_S_TIMEOUT: "the call took longer than its timeout; it may still have run",
  RPC_S_INVALID_STRING_BINDING: "the string binding is malformed",
  RPC_S_INVALID_BINDING: "the binding cannot be used: its connection is closed",
  RPC_S_PROTSEQ_NOT_SUPPORTED: "only the protocol sequence ncalrpc is supported",
  RPC_S_INVALID_ENDPOINT_FORMAT: "the endpoint's name is malformed",
  RPC_S_ALREADY_REGISTERED: "the interface is already registered",
  RPC_S_ALREADY_LISTENING: "the server is already listening",
  RPC_S_NOT_LISTENING: "the server is not listening",
  RPC_S_UNKNOWN_IF: "the server does not offer this interface in this version",
  RPC_S_CANT_CREATE_ENDPOINT: "the endpoint cannot be created",
  RPC_S_OUT_OF_RESOURCES: "not enough resources to complete the operation",
  RPC_S_SERVER_UNAVAILABLE: "no server listens on the endpoint",
  RPC_S_SERVER_TOO_BUSY: "the server is too busy, or is shutting down",
  RPC_S_NO_CALL_ACTIVE: "the call that this was part of has ended",
  RPC_S_CALL_FAILED: "the call failed after it was sent; it may have run",
  RPC_S_CALL_FAILED_DNE: "the call failed and did not run",
  RPC_S_PROTOCOL_ERROR: "the other side broke the protocol",
  RPC_S_UNSUPPORTED_TRANS_SYN: "client and server have no transfer syntax in common",
  RPC_S_UNSUPPORTED_TYPE: "the object's type is not supported",
  RPC_S_INVALID_TAG: "a discriminant matches no arm of its union",
  RPC_S_INVALID_BOUND: "an array's bounds are invalid",
  RPC_S_DUPLICATE_ENDPOINT: "a live server already has this endpoint",
  RPC_S_PROCNUM_OUT_OF_RANGE: "the interface has no procedure with this number",
  RPC_S_CANNOT_SUPPORT: "the operation is not supported",
  RPC_S_INTERNAL_ERROR: "an internal error occurred",
  RPC_X_PIPE_CLOSED: "the pipe was closed before its end",
  RPC_X_PIPE_DISCIPLINE_ERROR: "the pipe was not used as pipes are",
  RPC_X_SS_IN_NULL_CONTEXT: "a context handle is null or closed where a live one is needed",
  RPC_X_SS_HANDLES_MISMATCH: "a context handle belongs to another client",
  RPC_X_NULL_REF_POINTER: "a reference pointer is null",
  RPC_X_ENUM_VALUE_OUT_OF_RANGE: "an enumeration's value is out of range",
  RPC_X_BAD_STUB_DATA: "the stub data is malformed",
  RPC_S_CALL_CANCELLED: "the call was cancelled",
  RPC_S_COMM_FAILURE: "communication with the other side failed",
  RPC_S_SYSTEM_HANDLE_COUNT_EXCEEDED: "a message carries more system handles than it may",
  RPC_S_SYSTEM_HANDLE_TYPE_MISMATCH: "a system handle is not of the kind that the interface says",
};

const namesByNumber: ReadonlyMap<number, RpcStatusName> = new Map(
  rpcStatusNames().map((name) => [RpcStatus[name], name]),
);

/** nca_* and fault codes that a server may send instead, with the status that a client reports (reference: C706 appendix E, MS-RPCE). */
const ncaStatuses: ReadonlyMap<number, RpcStatusName> = new Map([
  [0x1c010001, "RPC_S_COMM_FAILURE"],
  [0x1c010002, "RPC_S_PROCNUM_OUT_OF_RANGE"],
  [0x1c010003, "RPC_S_UNKNOWN_IF"],
  [0x1c010009, "RPC_S_CALL_FAILED"],
  [0x1c01000b, "RPC_S_PROTOCOL_ERROR"],
  [0x1c010013, "RPC_S_SERVER_OUT_OF_MEMORY"],
  [0x1c010014, "RPC_S_SERVER_TOO_BUSY"],
  [0x1c010017, "RPC_S_UNSUPPORTED_TYPE"],
  [0x1c000006, "RPC_S_INVALID_TAG"],
  [0x1c000007, "RPC_S_INVALID_BOUND"],
  [0x1c000008, "RPC_S_PROTOCOL_ERROR"],
  [0x1c000009, "RPC_S_CALL_FAILED_DNE"],
  [0x1c00000a, "RPC_S_CALL_FAILED_DNE"],
  [0x1c00000b, "RPC_S_CALL_FAILED"],
  [0x1c00000c, "RPC_S_CALL_FAILED_DNE"],
  [0x1c00000d, "RPC_S_CALL_CANCELLED"],
  [0x1c000012, "RPC_S_CALL_FAILED"],
  [0x1c000015, "RPC_X_PIPE_CLOSED"],
  [0x1c000017, "RPC_X_PIPE_DISCIPLINE_ERROR"],
  [0x1c00001a, "RPC_X_SS_CONTEXT_MISMATCH"],
  [0x1c00001b, "RPC_S_SERVER_OUT_OF_MEMORY"],
  [0x1c00001c, "RPC_S_PROTOCOL_ERROR"],
] satisfies [number, RpcStatusName][]);

const FACILITY_WIN32 = 0x80070000;

/** The status that a number from the wire stands for: a Win32 code, an HRESULT of facility Win32, or an nca_* code. */
export function rpcStatusFromNumber(value: number): RpcStatusName {
  const code = (value & 0xffff0000) >>> 0 === FACILITY_WIN32 ? value & 0xffff : value;
  return namesByNumber.get(code) ?? ncaStatuses.get(code) ?? "RPC_S_CALL_FAILED";
}

export function explainRpcStatus(status: RpcStatusName): string {
  return explanations[status];
}

export function isRpcStatusName(value: unknown): value is RpcStatusName {
  return typeof value === "string" && Object.hasOwn(RpcStatus, value);
}

function rpcStatusNames(): RpcStatusName[] {
  return Object.keys(RpcStatus).filter(isRpcStatusName);
}
