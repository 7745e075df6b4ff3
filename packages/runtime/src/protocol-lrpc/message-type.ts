/** LRPC message types, the first field of every payload (reverse-engineered; no published specification). */
export const LrpcMessageType = {
  REQUEST: 0,
  BIND: 1,
  FAULT: 2,
  RESPONSE: 3,
  CANCEL: 4,
  CALLBACK_REQUEST: 9,
  CALLBACK_REPLY: 10,
  CALLBACK_FAULT: 11,
} as const;

/** Every LRPC header starts with MessageType and four octets of padding. */
export const COMMON_HEADER_SIZE = 8;

/** The type of a payload, or -1 if it is too short to have one. */
export function lrpcMessageType(view: DataView, start: number, length: number): number {
  return length < COMMON_HEADER_SIZE ? -1 : view.getInt32(start, true);
}
