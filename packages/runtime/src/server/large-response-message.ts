import { type CommunicationPort, MessageType, PORT_MESSAGE_SIZE, type View } from "@ncalrpc/alpc";
import {
  LARGE_RESPONSE_HEADER_SIZE,
  writeLargeResponseSize,
  writeResponseHeader,
} from "../protocol-lrpc/response.js";
import type { ReplyTo } from "./server-call.js";

/** Octets of the message that says where a large response is; what it carries itself comes behind them. */
export const LARGE_RESPONSE_LENGTH = PORT_MESSAGE_SIZE + LARGE_RESPONSE_HEADER_SIZE;

/** A message for a response with `size` octets elsewhere, and room for `carried` in itself. */
export function formatLargeResponse(callId: number, flags: number, size: number, carried = 0): Buffer {
  const message = Buffer.allocUnsafe(LARGE_RESPONSE_LENGTH + carried);
  const header = new DataView(message.buffer, message.byteOffset, message.length);
  writeResponseHeader(header, PORT_MESSAGE_SIZE, flags, callId);
  writeLargeResponseSize(header, PORT_MESSAGE_SIZE, size);
  return message;
}

/** Sends a message that carries nothing itself. Throws AlpcError. */
export function sendLargeResponse(
  port: CommunicationPort,
  { messageId, callbackId, callId }: ReplyTo,
  flags: number,
  size: number,
  view?: View,
): void {
  const message = formatLargeResponse(callId, flags, size);
  const beside = view === undefined ? undefined : { view };
  port.send(MessageType.REPLY, message, message.length, messageId, callbackId, beside);
}
