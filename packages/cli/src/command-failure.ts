/** The command line makes sense, but what it asks for cannot be done; the message says why. Exit code 1. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
}
