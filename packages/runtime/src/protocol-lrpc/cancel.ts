import { LrpcMessageType } from "./message-type.js";

/**
 * Extension: asks the server to give up a call. LRPC has a message of this type, whose layout is not public; ours
 * holds the call's id. It is a datagram: the call itself still ends with a response or a fault.
 */
export const CANCEL_SIZE = 0x10;

const CALL_ID = 0x0c;

export function writeCancel(buffer: Buffer, start: number, callId: number): void {
  buffer.fill(0, start, start + CANCEL_SIZE);
  buffer.writeInt32LE(LrpcMessageType.CANCEL, start);
  buffer.writeInt32LE(callId, start + CALL_ID);
}

/** The call's id, or null if the payload is too short. */
export function readCancel(buffer: Buffer, start: number, length: number): number | null {
  return length < CANCEL_SIZE ? null : buffer.readInt32LE(start + CALL_ID);
}
