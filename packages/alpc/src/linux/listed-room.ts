import type { MessageRoom } from "../kernel.js";
import type { MessageType } from "../message.js";
import type { CompletionList } from "./completion-list/completion-list.js";

/** The port whose message is written there. */
export interface RoomOwner {
  /** As `CommunicationPort.send`, for what was written into the room. */
  sendListed(
    room: ListedRoom,
    type: MessageType,
    length: number,
    messageId: number,
    callbackId: number,
  ): number;
}

/** Room at the end of a completion list. One object for all messages that a port writes into that list. */
export class ListedRoom implements MessageRoom {
  readonly list: CompletionList;
  readonly buffer: Buffer;
  readonly view: DataView;
  start = 0;
  capacity = 0;
  readonly #port: RoomOwner;

  constructor(list: CompletionList, port: RoomOwner) {
    this.list = list;
    this.buffer = list.producer.slab;
    this.view = list.producer.view;
    this.#port = port;
  }

  send(type: MessageType, length: number, messageId: number, callbackId: number): number {
    try {
      return this.#port.sendListed(this, type, length, messageId, callbackId);
    } finally {
      this.list.release();
    }
  }

  abandon(): void {
    this.list.release();
  }
}
