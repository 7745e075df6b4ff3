import { statusName } from "../connect-message.js";
import { type AlpcError, NtStatus } from "../error.js";
import { PORT_MESSAGE_SIZE } from "../message.js";
import { ControlType, portMessage, violation, writePortMessage } from "../port-message.js";
import { type ClientSectionChannel, ClientSections } from "./client-sections.js";
import type { Connection } from "./connection.js";
import type { InboundPacket } from "./inbound-packet.js";
import type { OfferedKind } from "./section.js";
import { type ServerSectionChannel, ServerSections } from "./server-sections.js";

/**
 * The messages about sections. Payloads are u32 words; a size takes two of them, the low one first.
 *
 * | message          | from   | payload                     |
 * | ---------------- | ------ | --------------------------- |
 * | SECTION_WANTED   | client | size                        |
 * | SECTION_OFFERED  | server | id, kind, size; one handle  |
 * | SECTION_REFUSED  | server | NTSTATUS                    |
 * | SECTION_DROPPED  | either | id                          |
 * | VIEW_RELEASED    | either | id                          |
 *
 * Views of sealed sections are not released one by one: VIEW_RELEASED answers SECTION_DROPPED when none is left.
 */
const kinds: readonly OfferedKind[] = ["request", "reply", "sealed"];

/** Sends what the sections of a connection have to say. */
export class SectionMessages implements ServerSectionChannel, ClientSectionChannel {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  sendSectionWanted(size: number): void {
    this.#send(ControlType.SECTION_WANTED, size, Math.floor(size / 0x1_0000_0000));
  }

  sendSection(sectionId: number, kind: OfferedKind, size: number, fd: number): void {
    const words = [sectionId, kinds.indexOf(kind), size, Math.floor(size / 0x1_0000_0000)];
    const packet = new Uint32Array((PORT_MESSAGE_SIZE >> 2) + words.length);
    writePortMessage(packet, 0, ControlType.SECTION_OFFERED, words.length * 4, 0, 0);
    packet.set(words, PORT_MESSAGE_SIZE >> 2);
    try {
      this.#connection.output.sendWithDescriptors(new Uint8Array(packet.buffer), [fd]);
    } finally {
      this.#connection.machinery.libc.close(fd);
    }
  }

  sendSectionRefused(reason: AlpcError): void {
    this.#send(ControlType.SECTION_REFUSED, NtStatus[reason.status]);
  }

  sendSectionDropped(sectionId: number): void {
    this.#send(ControlType.SECTION_DROPPED, sectionId);
  }

  sendViewReleased(sectionId: number): void {
    this.#send(ControlType.VIEW_RELEASED, sectionId);
  }

  #send(type: ControlType, ...payload: number[]): void {
    if (this.#connection.isEnded) return;
    const { output } = this.#connection;
    const length = PORT_MESSAGE_SIZE + payload.length * 4;
    const room = output.reserve(length);
    const at = output.reservedAt;
    writePortMessage(room.words, at, type, payload.length * 4, 0, 0);
    room.words.set(payload, (at + PORT_MESSAGE_SIZE) >> 2);
    output.commit(room, length);
  }
}

/** Tells the sections what the other side said. Throws AlpcError INVALID_MESSAGE. */
export function receiveSectionMessage(
  sections: ServerSections | ClientSections,
  type: number,
  packet: InboundPacket,
): void {
  const base = (packet.start + PORT_MESSAGE_SIZE) >> 2;
  const count = portMessage.dataLength(packet.words, packet.start) >> 2;
  const word = (index: number): number => {
    if (index >= count) throw violation(`a section message of ${count * 4} octets`);
    return packet.words[base + index] ?? 0;
  };
  const size = (index: number) => word(index) + word(index + 1) * 0x1_0000_0000;
  if (type === ControlType.VIEW_RELEASED) sections.onViewReleased(word(0));
  else if (type === ControlType.SECTION_DROPPED) sections.onSectionDropped(word(0));
  else if (type === ControlType.SECTION_WANTED && sections instanceof ServerSections)
    sections.onSectionWanted(size(0));
  else if (type === ControlType.SECTION_REFUSED && sections instanceof ClientSections) {
    const status = statusName(word(0)) ?? "UNSUCCESSFUL";
    sections.onSectionRefused(status, `the server has no section for this message: ${status}`);
  } else if (type === ControlType.SECTION_OFFERED && sections instanceof ClientSections) {
    const [id, kind, total] = [word(0), kinds[word(1)], size(2)];
    if (kind === undefined || !Number.isSafeInteger(total) || packet.descriptorCount !== 1) {
      throw violation(`a section of kind ${word(1)}, ${total} octets and ${packet.descriptorCount} handles`);
    }
    const [fd = -1] = packet.takeDescriptors();
    sections.onSection(id, kind, total, fd);
  } else throw violation(`a message of type ${type}`);
}
