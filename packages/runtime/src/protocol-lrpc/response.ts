import { LrpcMessageType } from "./message-type.js";

/** Octets of a response's header when the stub data follows it, and when the data is elsewhere. */
export const RESPONSE_HEADER_SIZE = 0x18;
export const LARGE_RESPONSE_HEADER_SIZE = 0x20;

export const ResponseFlags = {
  VIEW_PRESENT: 0x4,
  /** Extension: the stub data waits in the server until the client asks for it with a pull message. */
  PULL: 0x10000,
} as const;

const FLAGS = 0x08;
const CALL_ID = 0x0c;
const LARGE_DATA_SIZE = 0x18;

export interface ResponseHeader {
  flags: number;
  callId: number;
  /** Octets of stub data in a view or still in the server; 0 if the data follows the header. */
  largeDataSize: number;
}

export function writeResponseHeader(buffer: Buffer, start: number, flags: number, callId: number): void {
  buffer.fill(0, start, start + RESPONSE_HEADER_SIZE);
  buffer.writeInt32LE(LrpcMessageType.RESPONSE, start);
  buffer.writeUInt32LE(flags, start + FLAGS);
  buffer.writeInt32LE(callId, start + CALL_ID);
}

/** Completes a header whose stub data is elsewhere. */
export function writeLargeResponseSize(buffer: Buffer, start: number, size: number): void {
  buffer.writeUInt32LE(size, start + LARGE_DATA_SIZE);
  buffer.writeUInt32LE(0, start + LARGE_DATA_SIZE + 4);
}

/** Reads a header into `header`, which the caller reuses. False if the payload is too short for what its flags say. */
export function readResponseHeader(
  buffer: Buffer,
  start: number,
  length: number,
  header: ResponseHeader,
): boolean {
  if (length < RESPONSE_HEADER_SIZE) {
    return false;
  }
  const flags = buffer.readUInt32LE(start + FLAGS);
  header.flags = flags;
  header.callId = buffer.readInt32LE(start + CALL_ID);
  header.largeDataSize = 0;
  if ((flags & (ResponseFlags.VIEW_PRESENT | ResponseFlags.PULL)) !== 0) {
    if (length < LARGE_RESPONSE_HEADER_SIZE) {
      return false;
    }
    header.largeDataSize = buffer.readUInt32LE(start + LARGE_DATA_SIZE);
  }
  return true;
}
