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
  | "depth_exceeded"
  | "handle_count"
  | "handle_kind";

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
  "handle_count",
  "handle_kind",
]);

/** The only error that a `Reader` or `Writer` throws. */
export class NdrError extends Error {
  override readonly name = "NdrError";
  readonly code: NdrErrorCode;
  /** Octets from the start of the stub data to the item at fault; null where no item is meant. */
  readonly offset: number | null;
  /** Which value is at fault, as `Query.status.items[3].name`; null where that is not known. */
  readonly path: string | null;
  /** The message without path and offset. */
  readonly reason: string;

  constructor(code: NdrErrorCode, reason: string, offset: number | null, path: string | null = null) {
    super(
      (path === null ? reason : `${path}: ${reason}`) + (offset === null ? "" : ` (stub offset ${offset})`),
    );
    this.code = code;
    this.offset = offset;
    this.path = path;
    this.reason = reason;
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
