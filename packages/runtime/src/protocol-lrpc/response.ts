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

export function writeResponseHeader(view: DataView, start: number, flags: number, callId: number): void {
  view.setInt32(start, LrpcMessageType.RESPONSE, true);
  view.setInt32(start + 4, 0, true);
  view.setUint32(start + FLAGS, flags, true);
  view.setInt32(start + CALL_ID, callId, true);
  view.setFloat64(start + 0x10, 0);
}

/** Completes a header whose stub data is elsewhere. */
export function writeLargeResponseSize(view: DataView, start: number, size: number): void {
  view.setUint32(start + LARGE_DATA_SIZE, size, true);
  view.setUint32(start + LARGE_DATA_SIZE + 4, 0, true);
}

/** Reads a header at `start` whose payload is long enough for it. */
export const responseHeader = {
  /** Whether a payload of `length` octets has the header that its flags demand. */
  isComplete: (view: DataView, start: number, length: number): boolean =>
    length >= LARGE_RESPONSE_HEADER_SIZE ||
    (length >= RESPONSE_HEADER_SIZE && !isLarge(view.getUint32(start + FLAGS, true))),
  flags: (view: DataView, start: number): number => view.getUint32(start + FLAGS, true),
  callId: (view: DataView, start: number): number => view.getInt32(start + CALL_ID, true),
  /** Octets of stub data in a view or still in the server; 0 if the data follows the header. */
  largeDataSize: (view: DataView, start: number): number =>
    isLarge(view.getUint32(start + FLAGS, true)) ? view.getUint32(start + LARGE_DATA_SIZE, true) : 0,
};

function isLarge(flags: number): boolean {
  return (flags & (ResponseFlags.VIEW_PRESENT | ResponseFlags.PULL)) !== 0;
}
