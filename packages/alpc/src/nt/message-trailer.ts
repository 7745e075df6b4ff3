import { violation } from "../port-message.js";

/**
 * What our own two sides put behind every message, since ALPC gives a sender no id of its own request that is sure to come
 * back (reference: open questions 4 and 12), and rounds views up to pages. Octets: 0 u32 message id, 4 u32 callback id,
 * 8 u16 length of the payload, 10 u8 type, 11 u8 and 12 u32 size of the view (high, low part). Only sent to a peer whose
 * connect message or answer said that it is one of ours.
 */
export const TRAILER_SIZE = 16;

/** Largest view that the trailer can say, octets. */
export const MAX_VIEW_SIZE = 2 ** 40 - 1;

export interface MessageTrailer {
  /** MessageType; PORT_CLOSED is a farewell, or the answer to one. */
  readonly type: number;
  readonly messageId: number;
  readonly callbackId: number;
  readonly payloadLength: number;
  readonly viewSize: number;
}

export function writeTrailer(target: DataView, at: number, trailer: MessageTrailer): void {
  target.setUint32(at, trailer.messageId, true);
  target.setUint32(at + 4, trailer.callbackId, true);
  target.setUint16(at + 8, trailer.payloadLength, true);
  target.setUint8(at + 10, trailer.type);
  target.setUint8(at + 11, Math.floor(trailer.viewSize / 2 ** 32));
  target.setUint32(at + 12, trailer.viewSize >>> 0, true);
}

/** Reads the end of the octets behind a header; `hasDataInformation` if there may be more than payload. Throws AlpcError INVALID_MESSAGE. */
export function readTrailer(body: Buffer, hasDataInformation: boolean): MessageTrailer {
  const at = body.length - TRAILER_SIZE;
  if (at < 0) throw violation(`a message of ${body.length} octets has no trailer`);
  const payloadLength = body.readUInt16LE(at + 8);
  if (hasDataInformation ? payloadLength > at : payloadLength !== at) {
    throw violation(`a payload of ${payloadLength} octets in ${at}`);
  }
  return {
    type: body.readUInt8(at + 10),
    messageId: body.readUInt32LE(at),
    callbackId: body.readUInt32LE(at + 4),
    payloadLength,
    viewSize: body.readUInt8(at + 11) * 2 ** 32 + body.readUInt32LE(at + 12),
  };
}
