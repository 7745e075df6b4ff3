/** Why octets could not be decoded, or a value could not be encoded. The runtime maps each to an RPC_X_* status. */
export type NdrErrorCode =
  | "short_data"
  | "bad_stub_data"
  | "invalid_bound"
  | "invalid_tag"
  | "null_ref_pointer"
  | "enum_out_of_range"
  | "value_out_of_range"
  | "string_not_terminated"
  | "limit_exceeded"
  | "depth_exceeded";

const codes: ReadonlySet<string> = new Set<NdrErrorCode>([
  "short_data",
  "bad_stub_data",
  "invalid_bound",
  "invalid_tag",
  "null_ref_pointer",
  "enum_out_of_range",
  "value_out_of_range",
  "string_not_terminated",
  "limit_exceeded",
  "depth_exceeded",
]);

/** The only error that a `Reader` or `Writer` throws. */
export class NdrError extends Error {
  override readonly name = "NdrError";
  readonly code: NdrErrorCode;
  /** Octets from the start of the stub data to the item at fault; null where no item is meant. */
  readonly offset: number | null;

  constructor(code: NdrErrorCode, message: string, offset: number | null) {
    super(offset === null ? message : `${message} (stub offset ${offset})`);
    this.code = code;
    this.offset = offset;
  }
}

/** Structural check, which also holds for an `NdrError` of another copy of this package. */
export function isNdrError(value: unknown): value is NdrError {
  return (
    value instanceof Error &&
    value.name === "NdrError" &&
    "code" in value &&
    typeof value.code === "string" &&
    codes.has(value.code) &&
    "offset" in value &&
    (value.offset === null || typeof value.offset === "number")
  );
}
