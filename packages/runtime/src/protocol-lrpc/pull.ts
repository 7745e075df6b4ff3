/**
 * Extension: asks the server to write the stub data of a response that is too long for a section into memory that
 * this message offers (its first data entry). Answered by a response without data.
 */
export const PULL_MESSAGE_TYPE = 0x100;
export const PULL_SIZE = 0x10;

const CALL_ID = 0x0c;

export function writePull(buffer: Buffer, start: number, callId: number): void {
  buffer.fill(0, start, start + PULL_SIZE);
  buffer.writeInt32LE(PULL_MESSAGE_TYPE, start);
  buffer.writeInt32LE(callId, start + CALL_ID);
}

/** The id of the call whose response is wanted, or null if the payload is too short. */
export function readPull(buffer: Buffer, start: number, length: number): number | null {
  return length < PULL_SIZE ? null : buffer.readInt32LE(start + CALL_ID);
}
