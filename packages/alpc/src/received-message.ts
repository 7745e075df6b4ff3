import type { Token } from "@ncalrpc/security";
import type { DataEntry } from "./data-information.js";
import type { ReceivedHandle } from "./handle.js";
import type { MessageType, ReceivedMessage } from "./message.js";
import type { View } from "./view.js";

export const noHandles: readonly ReceivedHandle[] = Object.freeze([]);
export const noDataEntries: readonly DataEntry[] = Object.freeze([]);

/** The one message object of a kernel, filled anew for each message. */
export class BorrowedMessage implements ReceivedMessage {
  type: MessageType = 1;
  messageId = 0;
  callbackId = 0;
  buffer: Buffer;
  start = 0;
  length = 0;
  token: Token;
  view: View | null = null;
  handles: readonly ReceivedHandle[] = noHandles;
  dataEntries: readonly DataEntry[] = noDataEntries;

  constructor(buffer: Buffer, token: Token) {
    this.buffer = buffer;
    this.token = token;
  }
}
