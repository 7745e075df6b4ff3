import { statusName } from "../connect-message.js";
import { AlpcError, NtStatus } from "../error.js";
import { PORT_MESSAGE_SIZE } from "../message.js";
import { violation } from "../port-message.js";

/**
 * PORT_CLOSED between two of us: a request whose payload is a u32 NTSTATUS that says why, 0 for good order. Its answer
 * says that everything before it has been read: closing a handle takes back what has not (fact sheet, 8.11).
 */
const LENGTH = 4;

/** The message, with room for the header. */
export function farewellMessage(reason: AlpcError | null): Buffer {
  const bytes = Buffer.alloc(PORT_MESSAGE_SIZE + LENGTH);
  bytes.writeUInt32LE(reason === null ? 0 : NtStatus[reason.status], PORT_MESSAGE_SIZE);
  return bytes;
}

/** Why the peer closes: null for good order. Throws AlpcError INVALID_MESSAGE. */
export function readFarewell(payload: Buffer): AlpcError | null {
  if (payload.length !== LENGTH) throw violation("a PORT_CLOSED message");
  const status = statusName(payload.readUInt32LE(0));
  return status === null ? null : new AlpcError(status, `the other side closed the connection: ${status}`);
}

/** The reason when a connection ends and nobody said why. */
export function vanished(): AlpcError {
  return new AlpcError(
    "PORT_DISCONNECTED",
    "the other side's process ended, or closed the connection without a word",
  );
}
