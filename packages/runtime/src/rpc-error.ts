import { type AlpcError, isAlpcError, type NtStatusName } from "@ncalrpc/alpc";
import { isNdrError, type NdrErrorCode } from "@ncalrpc/ndr";
import { explainRpcStatus, isRpcStatusName, type RpcStatusName } from "./rpc-status.js";

export interface RpcErrorOptions {
  /** Text for people on the other side, or about the endpoint that was tried. It crosses the wire. */
  readonly details?: string;
  /** Where it came from. Stays in this process. */
  readonly cause?: unknown;
}

/**
 * The one error that callers see. A handler that throws an RpcError answers with its status and details; whatever else
 * it throws reaches the client as RPC_S_CALL_FAILED, without a word about the reason.
 */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly status: RpcStatusName;
  readonly details: string | null;

  constructor(status: RpcStatusName, options: RpcErrorOptions = {}) {
    const text = explainRpcStatus(status);
    super(
      `${status}: ${options.details === undefined ? text : `${text}: ${options.details}`}`,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.status = status;
    this.details = options.details ?? null;
  }

  /** The one conversion from whatever was thrown. An RpcError comes back as it is. */
  static from(thrown: unknown, otherwise: RpcStatusName = "RPC_S_CALL_FAILED"): RpcError {
    if (isRpcError(thrown)) {
      return thrown;
    }
    if (isNdrError(thrown)) {
      return new RpcError(ndrStatuses[thrown.code], { details: thrown.message, cause: thrown });
    }
    if (isAlpcError(thrown)) {
      return fromAlpcError(thrown, otherwise);
    }
    return new RpcError(otherwise, {
      details: thrown instanceof Error ? thrown.message : String(thrown),
      cause: thrown,
    });
  }
}

/** Structural, so that two copies of this package understand each other's errors. */
export function isRpcError(value: unknown): value is RpcError {
  return (
    value instanceof Error && value.name === "RpcError" && "status" in value && isRpcStatusName(value.status)
  );
}

const ndrStatuses: Readonly<Record<NdrErrorCode, RpcStatusName>> = {
  short_data: "RPC_X_BAD_STUB_DATA",
  bad_stub_data: "RPC_X_BAD_STUB_DATA",
  invalid_bound: "RPC_S_INVALID_BOUND",
  invalid_tag: "RPC_S_INVALID_TAG",
  null_ref_pointer: "RPC_X_NULL_REF_POINTER",
  enum_out_of_range: "RPC_X_ENUM_VALUE_OUT_OF_RANGE",
  value_out_of_range: "RPC_X_BAD_STUB_DATA",
  string_not_terminated: "RPC_X_BAD_STUB_DATA",
  limit_exceeded: "RPC_S_OUT_OF_RESOURCES",
  depth_exceeded: "RPC_X_BAD_STUB_DATA",
  handle_count: "RPC_S_SYSTEM_HANDLE_COUNT_EXCEEDED",
  handle_kind: "RPC_S_SYSTEM_HANDLE_TYPE_MISMATCH",
};

const ntStatuses: Partial<Record<NtStatusName, RpcStatusName>> = {
  ACCESS_DENIED: "RPC_S_ACCESS_DENIED",
  SERVER_SID_MISMATCH: "RPC_S_ACCESS_DENIED",
  OBJECT_NAME_INVALID: "RPC_S_INVALID_ENDPOINT_FORMAT",
  OBJECT_NAME_NOT_FOUND: "RPC_S_SERVER_UNAVAILABLE",
  OBJECT_NAME_COLLISION: "RPC_S_DUPLICATE_ENDPOINT",
  PORT_CONNECTION_REFUSED: "RPC_S_SERVER_UNAVAILABLE",
  TIMEOUT: "RPC_S_TIMEOUT",
  CANCELLED: "RPC_S_CALL_CANCELLED",
  QUOTA_EXCEEDED: "RPC_S_SERVER_TOO_BUSY",
  INSUFFICIENT_RESOURCES: "RPC_S_OUT_OF_RESOURCES",
  NOT_SUPPORTED: "RPC_S_CANNOT_SUPPORT",
  INVALID_MESSAGE: "RPC_S_PROTOCOL_ERROR",
  PORT_MESSAGE_TOO_LONG: "RPC_S_OUT_OF_RESOURCES",
};

function fromAlpcError(error: AlpcError, otherwise: RpcStatusName): RpcError {
  return new RpcError(ntStatuses[error.status] ?? otherwise, { details: error.message, cause: error });
}
