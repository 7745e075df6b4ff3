/** NTSTATUS values that ports answer with, by name (MS-ERREF 2.3.1). */
export const NtStatus = {
  TIMEOUT: 0x00000102,
  ACCESS_DENIED: 0xc0000022,
  PORT_MESSAGE_TOO_LONG: 0xc000002f,
  OBJECT_NAME_INVALID: 0xc0000033,
  OBJECT_NAME_NOT_FOUND: 0xc0000034,
  OBJECT_NAME_COLLISION: 0xc0000035,
  PORT_DISCONNECTED: 0xc0000037,
  PORT_CONNECTION_REFUSED: 0xc0000041,
  QUOTA_EXCEEDED: 0xc0000044,
  INSUFFICIENT_RESOURCES: 0xc000009a,
  NOT_SUPPORTED: 0xc00000bb,
  CANCELLED: 0xc0000120,
  SERVER_SID_MISMATCH: 0xc00002a0,
  INVALID_MESSAGE: 0xc0000702,
  LPC_INVALID_CONNECTION_USAGE: 0xc0000706,
  PARTIAL_COPY: 0x8000000d,
  INVALID_PARAMETER: 0xc000000d,
  UNSUCCESSFUL: 0xc0000001,
} as const;
export type NtStatusName = keyof typeof NtStatus;

/** What went wrong with a port. `status` is for programs, `message` says what to do next. */
export class AlpcError extends Error {
  override readonly name = "AlpcError";
  readonly status: NtStatusName;
  /** errno's name on Linux where a system call failed, else null. */
  readonly errno: string | null;

  constructor(status: NtStatusName, message: string, options?: { cause?: unknown; errno?: string }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.status = status;
    this.errno = options?.errno ?? null;
  }
}

/** Structural, so that two copies of this package understand each other's errors. */
export function isAlpcError(value: unknown): value is AlpcError {
  return value instanceof Error && value.name === "AlpcError" && "status" in value;
}
