import { copyOctets } from "../copy-octets.js";
import type { DataEntry } from "../data-information.js";
import { DataLoans } from "../data-loans.js";
import { AlpcError } from "../error.js";
import type { ReceivedHandle } from "../handle.js";
import type { PortLimits } from "../kernel.js";
import { MessageType, PORT_MESSAGE_SIZE, type SendAttributes } from "../message.js";
import {
  attributesLength,
  dataInfoOffset,
  type MessageAttributes,
  readAttributes,
  writeAttributes,
} from "../message-attributes.js";
import type { MessageLedger } from "../message-ledger.js";
import { MAX_DATA_ENTRIES } from "../port-limits.js";
import { align8, violation, writePortMessage } from "../port-message.js";
import { noDataEntries, noHandles } from "../received-message.js";
import { connectionQuotas, SectionQuota } from "../section-quota.js";
import type { View } from "../view.js";
import type { ViewOutcome } from "../view-queue.js";
import { ClientSections, type Withdraw } from "./client-sections.js";
import type { Connection } from "./connection.js";
import { descriptorCloser } from "./descriptor-closer.js";
import { handleKind } from "./handle-kind.js";
import type { InboundPacket } from "./inbound-packet.js";
import { addressOf } from "./libc.js";
import { LinuxHandle } from "./linux-handle.js";
import { receiveSectionMessage, SectionMessages } from "./section-messages.js";
import { ServerSections } from "./server-sections.js";

export interface AttachmentTerms {
  readonly side: "client" | "server";
  readonly limits: PortLimits;
  readonly maxViewSize: number;
  readonly allowsDirectMemory: boolean;
  /** Whether the other side takes handles, and whether this side does. */
  readonly sendsHandles: boolean;
  readonly acceptsHandles: boolean;
  /** Server: the account of the client's user. */
  readonly userQuota: SectionQuota | null;
}

/** What came beside a message. */
export interface Attachments {
  readonly view: View | null;
  readonly handles: readonly ReceivedHandle[];
  readonly dataEntries: readonly DataEntry[];
}

/** What travels beside the payloads of one connection: views, handles, and the client's offers of its memory. */
export class PortAttachments {
  readonly #connection: Connection;
  readonly #terms: AttachmentTerms;
  readonly #ledger: MessageLedger;
  readonly #loans = new DataLoans();
  #sections: ServerSections | ClientSections | null = null;

  constructor(connection: Connection, terms: AttachmentTerms, ledger: MessageLedger) {
    this.#connection = connection;
    this.#terms = terms;
    this.#ledger = ledger;
  }

  allocateView(size: number, waits?: boolean): View | Promise<View> {
    return this.#sectionsFor(size).allocate(size, waits);
  }

  withdrawView(view: Promise<View>): void {
    this.#sections?.withdraw(view);
  }

  /** For a client that can't await: see ClientSections. Throws AlpcError. */
  allocateViewLater(size: number, outcome: ViewOutcome): View | Withdraw {
    const sections = this.#sectionsFor(size);
    if (!(sections instanceof ClientSections)) throw new AlpcError("NOT_SUPPORTED", "a server does not wait");
    return sections.allocateLater(size, outcome);
  }

  #sectionsFor(size: number): ServerSections | ClientSections {
    if (this.#terms.maxViewSize === 0) throw new AlpcError("NOT_SUPPORTED", "this connection has no views");
    if (!Number.isSafeInteger(size) || size < 0)
      throw new AlpcError("INVALID_PARAMETER", `a view of ${size} octets`);
    return this.#ownSections();
  }

  sealedView(bytes: Uint8Array): View | null {
    const sections = this.#terms.maxViewSize === 0 ? null : this.#ownSections();
    return sections instanceof ServerSections ? sections.sealedView(bytes) : null;
  }

  /** Queues a message with attributes; arguments as for CommunicationPort.send, checked. Returns the message's id. */
  send(
    type: MessageType,
    bytes: Buffer,
    length: number,
    messageId: number,
    callbackId: number,
    given: SendAttributes,
  ): number {
    const handles = this.#checkHandles(given.handles ?? []);
    const buffers = this.#checkData(type, given.dataEntries ?? []);
    const attributes: MessageAttributes = {
      view: given.view === undefined ? null : this.#ownSections().send(given.view),
      handleCount: handles.length,
      dataEntries: buffers.map(entryOf),
    };
    const id = type === MessageType.REQUEST ? this.#ledger.issue() : messageId;
    if (buffers.length > 0) this.#loans.lend(id, buffers);
    if (attributes.view !== null) this.#noteView(attributes.view.size);
    const { output } = this.#connection;
    const total = align8(length) + attributesLength(attributes);
    const room = output.reserve(total);
    const at = output.reservedAt;
    const infoOffset = dataInfoOffset(length, attributes);
    writePortMessage(room.words, at, type, length - PORT_MESSAGE_SIZE, id, callbackId, infoOffset);
    copyOctets(bytes, PORT_MESSAGE_SIZE, length, room.slab, at + PORT_MESSAGE_SIZE);
    room.slab.fill(0, at + length, at + align8(length));
    writeAttributes(room.view, at + align8(length), attributes);
    if (handles.length > 0) {
      this.#sendHandles(type, id, Uint8Array.from(room.slab.subarray(at, at + total)), handles);
    } else output.commit(room, total);
    return id;
  }

  #sendHandles(type: MessageType, id: number, packet: Uint8Array, handles: readonly number[]): void {
    try {
      this.#connection.output.sendWithDescriptors(packet, handles);
    } catch (error) {
      if (type === MessageType.REQUEST) this.#ledger.withdraw(id);
      throw error;
    }
  }

  /** Reads what came beside a message. Throws AlpcError INVALID_MESSAGE; nothing has been taken over then. */
  receive(packet: InboundPacket, type: number, requestId: number): Attachments {
    const attributes = readAttributes(packet.view, packet.words, packet.start, packet.length);
    if (attributes.handleCount > 0 && !this.#terms.acceptsHandles) throw violation("a message with handles");
    if (
      attributes.dataEntries.length > 0 &&
      !(this.#isServer && this.#terms.allowsDirectMemory && type === MessageType.REQUEST)
    ) {
      throw violation("a message that offers memory");
    }
    const { view } = attributes;
    if (view !== null) this.#noteView(view.size);
    return {
      handles: this.#takeHandles(packet, attributes.handleCount),
      view: view === null ? null : this.#ownSections().receive(view),
      dataEntries:
        attributes.dataEntries.length === 0
          ? noDataEntries
          : this.#loans.borrow(requestId, attributes.dataEntries),
    };
  }

  receiveSectionMessage(type: number, packet: InboundPacket): void {
    receiveSectionMessage(this.#ownSections(), type, packet);
  }

  get loans(): DataLoans {
    return this.#loans;
  }

  close(): void {
    this.#sections?.close();
    this.#loans.close();
  }

  #noteView(size: number): void {
    this.#connection.list?.patience.handedOver(size);
  }

  get #isServer(): boolean {
    return this.#terms.side === "server";
  }

  #ownSections(): ServerSections | ClientSections {
    this.#sections ??= this.#makeSections();
    return this.#sections;
  }

  #makeSections(): ServerSections | ClientSections {
    const { libc, memoryMode } = this.#connection.machinery;
    const { limits, maxViewSize, userQuota } = this.#terms;
    const { maxTotalSectionSize } = limits;
    const channel = new SectionMessages(this.#connection);
    const shared = { libc, mode: memoryMode, maxViewSize };
    return this.#isServer
      ? new ServerSections(channel, { ...shared, quotas: connectionQuotas(maxTotalSectionSize, userQuota) })
      : new ClientSections(channel, {
          ...shared,
          quota: new SectionQuota(maxTotalSectionSize, "the connection"),
        });
  }

  #checkHandles(handles: readonly { readonly fd: number }[]): number[] {
    const { sendsHandles, limits } = this.#terms;
    if (handles.length > 0 && !sendsHandles) {
      throw new AlpcError("NOT_SUPPORTED", "the other side does not accept handles");
    }
    if (handles.length > limits.maxHandlesPerMessage) {
      throw new AlpcError(
        "QUOTA_EXCEEDED",
        `${handles.length} handles; a message has up to ${limits.maxHandlesPerMessage}`,
      );
    }
    return handles.map(({ fd }) => fd);
  }

  #checkData(type: MessageType, buffers: readonly Buffer[]): readonly Buffer[] {
    if (buffers.length === 0) return buffers;
    if (this.#isServer || type !== MessageType.REQUEST || !this.#terms.allowsDirectMemory) {
      throw new AlpcError("NOT_SUPPORTED", "memory is offered with requests, to servers that use it");
    }
    if (buffers.length > MAX_DATA_ENTRIES) {
      throw new AlpcError(
        "QUOTA_EXCEEDED",
        `${buffers.length} data entries; a message has up to ${MAX_DATA_ENTRIES}`,
      );
    }
    return buffers;
  }

  #takeHandles(packet: InboundPacket, count: number): readonly ReceivedHandle[] {
    if (count === 0) return noHandles;
    const received = packet.takeHandles();
    const handles = received ?? packet.takeDescriptors().map((fd) => this.#handle(fd));
    if (handles.length === count && count <= this.#terms.limits.maxHandlesPerMessage) return handles;
    for (const handle of handles) handle.close();
    throw violation(`${handles.length} handles came, the message speaks of ${count}`);
  }

  /** Only a client gets here, with what its server sends; a server's handles come from another thread. */
  #handle(fd: number): LinuxHandle {
    return new LinuxHandle(fd, handleKind(this.#connection.machinery.libc, fd), (owned) =>
      descriptorCloser().close(owned),
    );
  }
}

/** For a buffer that owns its memory or is part of one that does. */
function entryOf(buffer: Buffer): DataEntry {
  return { address: BigInt(addressOf(buffer)), size: buffer.length };
}
