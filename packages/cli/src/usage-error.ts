/** The command line makes no sense; the message says what would. Exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
