/**
 * Extension: one byte array of the stub data travels apart from the rest, so that it is copied as few times as possible. A
 * request or response with APART in its flags has, behind the size of the array, where the array belongs: 0 u32 stub offset, 4
 * u32 zero; then the stub data without it. The array is what the message's view holds, and, where that is less than
 * its size, OCTETS messages beside it: behind a request, in front of a response. With DIRECT it is in the client's
 * memory.
 */
export const APART = 0x20000;

/** Octets between the header of a large message and the stub data that it carries. */
export const APART_SIZE = 8;

export function writeApartOffset(view: DataView, at: number, offset: number): void {
  view.setUint32(at, offset, true);
  view.setUint32(at + 4, 0, true);
}

export function readApartOffset(view: DataView, at: number): number {
  return view.getUint32(at, true);
}

/**
 * A part of an array that travels apart, in the view of this message: 0 u32 type, 8 u32 octets of the whole array, 12 u32 call
 * id, 16 u32 where the part belongs. A datagram.
 */
export const OCTETS_MESSAGE_TYPE = 0x101;
export const OCTETS_SIZE = 0x18;

export function writeOctets(view: DataView, at: number, callId: number, size: number, offset: number): void {
  view.setInt32(at, OCTETS_MESSAGE_TYPE, true);
  view.setInt32(at + 4, 0, true);
  view.setUint32(at + 8, size, true);
  view.setInt32(at + 12, callId, true);
  view.setUint32(at + 16, offset, true);
  view.setUint32(at + 20, 0, true);
}

/** Reads an OCTETS message of OCTETS_SIZE octets or more. */
export const octetsMessage = {
  size: (view: DataView, at: number): number => view.getUint32(at + 8, true),
  callId: (view: DataView, at: number): number => view.getInt32(at + 12, true),
  offset: (view: DataView, at: number): number => view.getUint32(at + 16, true),
};
