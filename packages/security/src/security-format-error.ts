/** A malformed SID, ACL or security descriptor, in octets or as text. Nothing of the value was used. */
export class SecurityFormatError extends Error {
  override readonly name = "SecurityFormatError";
  /** Offset in octets into the buffer that was read; null where the input was not a buffer. */
  readonly offset: number | null;

  constructor(message: string, offset: number | null = null) {
    super(offset === null ? message : `${message} (at octet ${offset})`);
    this.offset = offset;
  }
}
