import { PORT_MESSAGE_SIZE } from "@ncalrpc/alpc";
import {
  LARGE_RESPONSE_HEADER_SIZE,
  writeLargeResponseSize,
  writeResponseHeader,
} from "../protocol-lrpc/response.js";

/** Octets of the message that says where a large response is; what it carries itself comes behind them. */
export const LARGE_RESPONSE_LENGTH = PORT_MESSAGE_SIZE + LARGE_RESPONSE_HEADER_SIZE;

/** Responses of one connection that may wait for the client to take them, and for how long (milliseconds). */
export const MAX_WAITING = 4;
export const MAX_WAIT = 10_000;

/** A message for a response with `size` octets elsewhere, and room for `carried` in itself. */
export function formatLargeResponse(callId: number, flags: number, size: number, carried = 0): Buffer {
  const message = Buffer.alloc(LARGE_RESPONSE_LENGTH + carried);
  const header = new DataView(message.buffer, message.byteOffset, message.length);
  writeResponseHeader(header, PORT_MESSAGE_SIZE, flags, callId);
  writeLargeResponseSize(header, PORT_MESSAGE_SIZE, size);
  return message;
}
