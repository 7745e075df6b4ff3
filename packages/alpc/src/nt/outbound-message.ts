import { copyOctets } from "../copy-octets.js";
import type { DataEntry } from "../data-information.js";
import { AlpcError } from "../error.js";
import { PORT_MESSAGE_SIZE } from "../message.js";
import { align8 } from "../port-message.js";
import { AttributeBuffer } from "./attribute-buffer.js";
import { CONTEXT_ATTR } from "./layout/attribute-structures.js";
import { PORT_DATA_ENTRY, PORT_DATA_INFORMATION } from "./layout/port-structures.js";
import { type MessageTrailer, TRAILER_SIZE, writeTrailer } from "./message-trailer.js";
import { dataView, ownMemory, writeHeader } from "./structures.js";

/** What the system calls a message that is answered; zero for a new one. */
export interface NativeIds {
  readonly nativeId: number;
  readonly nativeCallbackId: number;
}

export const newMessage: NativeIds = { nativeId: 0, nativeCallbackId: 0 };

/** The one message that is being sent, and its attributes: memory that a call can use at once. */
export class OutboundMessage {
  readonly bytes = ownMemory(0x1_0000);
  readonly attributes = new AttributeBuffer("SECURITY", "VIEW", "CONTEXT", "HANDLE");
  readonly #view = dataView(this.bytes);

  /**
   * Writes header, payload (source[0x28..length)), data information and trailer. Throws AlpcError PORT_MESSAGE_TOO_LONG
   * beyond `maxLength`, the port's MaxMessageLength.
   */
  compose(
    source: Buffer,
    length: number,
    ids: NativeIds,
    maxLength: number,
    trailer: MessageTrailer | null,
    entries: readonly DataEntry[],
  ): void {
    const infoOffset = entries.length === 0 ? 0 : align8(length);
    let end = length;
    if (infoOffset > 0) end = infoOffset + PORT_DATA_INFORMATION.size + entries.length * PORT_DATA_ENTRY.size;
    const total = trailer === null ? end : end + TRAILER_SIZE;
    if (total > maxLength) {
      throw new AlpcError(
        "PORT_MESSAGE_TOO_LONG",
        `a message of ${length} octets with ${entries.length} data entries; this port carries up to ${maxLength}`,
      );
    }
    writeHeader(this.#view, total - PORT_MESSAGE_SIZE, ids.nativeId, ids.nativeCallbackId, infoOffset);
    copyOctets(source, PORT_MESSAGE_SIZE, length, this.bytes, PORT_MESSAGE_SIZE);
    if (infoOffset > 0) this.#writeEntries(length, infoOffset, entries);
    if (trailer !== null) writeTrailer(this.#view, end, trailer);
    this.attributes.reset();
  }

  /** CONTEXT with a MessageContext: comes back with the answer where the system does that. */
  setMessageContext(value: number): void {
    this.attributes.clear("CONTEXT");
    this.attributes.setWord(this.attributes.offset("CONTEXT") + CONTEXT_ATTR.MessageContext, value);
    this.attributes.setValid("CONTEXT");
  }

  #writeEntries(from: number, at: number, entries: readonly DataEntry[]): void {
    this.bytes.fill(0, from, at + PORT_DATA_INFORMATION.size + entries.length * PORT_DATA_ENTRY.size);
    this.#view.setUint32(at, entries.length, true);
    let next = at + PORT_DATA_INFORMATION.size;
    for (const { address, size } of entries) {
      this.#view.setBigUint64(next + PORT_DATA_ENTRY.Base, address, true);
      this.#view.setUint32(next + PORT_DATA_ENTRY.Size, size, true);
      next += PORT_DATA_ENTRY.size;
    }
  }
}
