import type { Token } from "@ncalrpc/security";
import type { DataEntry } from "./data-information.js";
import type { ReceivedHandle } from "./handle.js";
import type { SecurityContext } from "./kernel.js";
import type { View } from "./view.js";

/** PORT_MESSAGE.Type without its flag bits (reference: ALPC message types). */
export const MessageType = {
  REQUEST: 1,
  REPLY: 2,
  DATAGRAM: 3,
  LOST_REPLY: 4,
  PORT_CLOSED: 5,
  CONNECTION_REQUEST: 10,
  CONNECTION_REPLY: 11,
  CANCELED: 12,
} as const;
export type MessageType = (typeof MessageType)[keyof typeof MessageType];

/** Octets of PORT_MESSAGE on a 64-bit system. Senders leave this much room in front of the payload. */
export const PORT_MESSAGE_SIZE = 0x28;

/** Upper bound of TotalLength, which is a u16: header and payload (AlpcMaxAllowedMessageLength). */
export const MAX_MESSAGE_LENGTH = 0xffef;

/**
 * A message as a handler sees it. The object and everything that it points to is reused for the next message: it is
 * valid until the handler returns. Views and handles are the exception; whoever wants them takes them over.
 */
export interface ReceivedMessage {
  readonly type: MessageType;
  readonly messageId: number;
  readonly callbackId: number;
  /** The payload is `buffer.subarray(start, start + length)`. The peer can no longer change it. */
  readonly buffer: Buffer;
  readonly start: number;
  readonly length: number;
  /** Who sent this very message, from the kernel. The same object as long as nothing about the sender changed. */
  readonly token: Token;
  /** VIEW attribute: the handler calls release() when it is done, now or later. */
  readonly view: View | null;
  /** HANDLE attribute: the handler closes what it does not keep. */
  readonly handles: readonly ReceivedHandle[];
  /** PORT_DATA_INFORMATION: memory that the sender offers for reading and writing. */
  readonly dataEntries: readonly DataEntry[];
}

/** What travels beside the payload. */
export interface SendAttributes {
  /** Ownership passes to the receiver with the send (AUTO_RELEASE). */
  readonly view?: View;
  /** Duplicated into the receiver; the sender keeps and closes its own. */
  readonly handles?: readonly { readonly fd: number }[];
  /** Stays valid, and unchanged, until the reply has arrived or the port has closed. */
  readonly dataEntries?: readonly Buffer[];
  /** SECURITY attribute: the message speaks for who was captured there, not for who sends it. Of this port's own. */
  readonly securityContext?: SecurityContext;
}
