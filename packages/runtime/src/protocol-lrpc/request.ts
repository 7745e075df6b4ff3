import { readGuid, writeGuid } from "@ncalrpc/ndr";
import { LrpcMessageType } from "./message-type.js";

/** Octets of a request's header when the stub data follows it, and when the data is elsewhere. */
export const REQUEST_HEADER_SIZE = 0x40;
export const LARGE_REQUEST_HEADER_SIZE = 0x48;

export const RequestFlags = {
  OBJECT_UUID: 0x1,
  VIEW_PRESENT: 0x4,
  /** LRPC: of a pipe. Extension: the pipes of the call travel in messages of their own, in both directions. */
  PIPE: 0x40,
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

/** Writes a header at `start`, for a call to no object in particular. */
export function writeRequestHeader(
  view: DataView,
  start: number,
  flags: number,
  callId: number,
  bindingId: number,
  procNum: number,
  timeout: number,
): void {
  view.setInt32(start, LrpcMessageType.REQUEST, true);
  view.setInt32(start + 4, 0, true);
  view.setUint32(start + FLAGS, flags, true);
  view.setInt32(start + CALL_ID, callId, true);
  view.setInt32(start + BINDING_ID, bindingId, true);
  view.setInt32(start + PROC_NUM, procNum, true);
  view.setUint32(start + TIMEOUT, timeout, true);
  view.setInt32(start + TIMEOUT + 4, 0, true);
  for (let at = start + TIMEOUT + 8; at < start + REQUEST_HEADER_SIZE; at += 8) {
    view.setFloat64(at, 0);
  }
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
export function writeLargeRequestSize(view: DataView, start: number, size: number): void {
  view.setUint32(start + LARGE_DATA_SIZE, size, true);
  view.setUint32(start + LARGE_DATA_SIZE + 4, 0, true);
}

/** Reads a header at `start` whose payload is long enough for it. */
export const requestHeader = {
  /** Whether a payload of `length` octets has the header that its flags demand. */
  isComplete: (view: DataView, start: number, length: number): boolean =>
    length >= LARGE_REQUEST_HEADER_SIZE ||
    (length >= REQUEST_HEADER_SIZE && !isLarge(view.getUint32(start + FLAGS, true))),
  flags: (view: DataView, start: number): number => view.getUint32(start + FLAGS, true),
  callId: (view: DataView, start: number): number => view.getInt32(start + CALL_ID, true),
  bindingId: (view: DataView, start: number): number => view.getInt32(start + BINDING_ID, true),
  procNum: (view: DataView, start: number): number => view.getInt32(start + PROC_NUM, true),
  timeout: (view: DataView, start: number): number => view.getUint32(start + TIMEOUT, true),
  /** Octets of stub data in a view or in the sender's memory; 0 if the data follows the header. */
  largeDataSize: (view: DataView, start: number): number =>
    isLarge(view.getUint32(start + FLAGS, true)) ? view.getUint32(start + LARGE_DATA_SIZE, true) : 0,
};

function isLarge(flags: number): boolean {
  return (flags & (RequestFlags.VIEW_PRESENT | RequestFlags.DIRECT)) !== 0;
}
