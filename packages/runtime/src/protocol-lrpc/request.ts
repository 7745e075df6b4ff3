import { readGuid, writeGuid } from "@ncalrpc/ndr";
import { LrpcMessageType } from "./message-type.js";

/** Octets of a request's header when the stub data follows it, and when the data is elsewhere. */
export const REQUEST_HEADER_SIZE = 0x40;
export const LARGE_REQUEST_HEADER_SIZE = 0x48;

export const RequestFlags = {
  OBJECT_UUID: 0x1,
  VIEW_PRESENT: 0x4,
  /** Extension: the stub data is in the first data entry of the message. */
  DIRECT: 0x10000,
} as const;

const FLAGS = 0x08;
const CALL_ID = 0x0c;
const BINDING_ID = 0x10;
const PROC_NUM = 0x14;
/** Reserved in LRPC. Extension: milliseconds that the caller is willing to wait, 0 for ever. */
const TIMEOUT = 0x18;
const OBJECT_UUID = 0x30;
const LARGE_DATA_SIZE = 0x40;

export interface RequestHeader {
  flags: number;
  callId: number;
  bindingId: number;
  procNum: number;
  timeout: number;
  /** Octets of stub data in a view or in the sender's memory; 0 if the data follows the header. */
  largeDataSize: number;
}

/** Writes a header at `start`, for a call to no object in particular. */
export function writeRequestHeader(
  buffer: Buffer,
  start: number,
  flags: number,
  callId: number,
  bindingId: number,
  procNum: number,
  timeout: number,
): void {
  buffer.fill(0, start, start + REQUEST_HEADER_SIZE);
  buffer.writeInt32LE(LrpcMessageType.REQUEST, start);
  buffer.writeUInt32LE(flags, start + FLAGS);
  buffer.writeInt32LE(callId, start + CALL_ID);
  buffer.writeInt32LE(bindingId, start + BINDING_ID);
  buffer.writeInt32LE(procNum, start + PROC_NUM);
  buffer.writeUInt32LE(timeout, start + TIMEOUT);
}

/** Completes a header of a call to an object: sets its flag, too. */
export function writeObjectUuid(buffer: Buffer, start: number, uuid: string): void {
  buffer.writeUInt32LE(buffer.readUInt32LE(start + FLAGS) | RequestFlags.OBJECT_UUID, start + FLAGS);
  writeGuid(buffer, start + OBJECT_UUID, uuid);
}

/** The object of a call whose flags say that there is one, in lower case. */
export function readObjectUuid(buffer: Buffer, start: number): string {
  return readGuid(buffer, start + OBJECT_UUID);
}

/** Completes a header whose stub data is elsewhere. */
export function writeLargeRequestSize(buffer: Buffer, start: number, size: number): void {
  buffer.writeUInt32LE(size, start + LARGE_DATA_SIZE);
  buffer.writeUInt32LE(0, start + LARGE_DATA_SIZE + 4);
}

/** Reads a header into `header`, which the caller reuses. False if the payload is too short for what its flags say. */
export function readRequestHeader(
  buffer: Buffer,
  start: number,
  length: number,
  header: RequestHeader,
): boolean {
  if (length < REQUEST_HEADER_SIZE) {
    return false;
  }
  const flags = buffer.readUInt32LE(start + FLAGS);
  header.flags = flags;
  header.callId = buffer.readInt32LE(start + CALL_ID);
  header.bindingId = buffer.readInt32LE(start + BINDING_ID);
  header.procNum = buffer.readInt32LE(start + PROC_NUM);
  header.timeout = buffer.readUInt32LE(start + TIMEOUT);
  header.largeDataSize = 0;
  if ((flags & (RequestFlags.VIEW_PRESENT | RequestFlags.DIRECT)) !== 0) {
    if (length < LARGE_REQUEST_HEADER_SIZE) {
      return false;
    }
    header.largeDataSize = buffer.readUInt32LE(start + LARGE_DATA_SIZE);
  }
  return true;
}
