import { AlpcError, isAlpcError } from "../../error.js";
import { PORT_MESSAGE_SIZE } from "../../message.js";
import { ControlType, portMessage, violation, writePortMessage } from "../../port-message.js";
import type { SectionQuota } from "../../section-quota.js";
import type { Connection } from "../connection.js";
import { readPeerCredentials } from "../credentials.js";
import type { InboundPacket } from "../inbound-packet.js";
import { makeSection, openSection, type Section } from "../section.js";
import { Bell, THREAD_ID_SIZE, threadId } from "./bell.js";
import { CompletionList } from "./completion-list.js";
import { LIST_CAPACITY, listSize } from "./list-memory.js";

/**
 * How the two sides of a connection come to a completion list, and part with it:
 *
 * | message        | from   | payload                                                             |
 * | -------------- | ------ | ------------------------------------------------------------------- |
 * | LIST_OFFERED   | server | u32 octets of a ring, 8 octets: its thread; one handle                |
 * | LIST_ACCEPTED  | client | 8 octets: its thread. It uses the list from here on, as does the server once this has come |
 * | LIST_WITHDRAWN | server | none: it sends nothing more through the list                         |
 * | LIST_RETURNED  | client | none: the same; after LIST_OFFERED, that it does not want it          |
 *
 * Each message keeps its place among those of the list. The server offers one when the connection becomes busy, and
 * takes it back when it has been idle for a while.
 */
export interface ListAgreement {
  /** Messages have come over the socket, while there was no list. */
  onTraffic(messages: number): void;
  /** The other side says something about the list. Throws AlpcError. */
  onMessage(type: number, packet: InboundPacket): void;
  /** The connection has ended. */
  close(): void;
}

/** Octets of LIST_OFFERED. */
const OFFER_LENGTH = 4 + THREAD_ID_SIZE;

/**
 * Messages within BUSY_TIME milliseconds that make a connection busy: a program that does a call or two needs no list.
 * Where a thousand compete for a processor each of them has had few, and needs one all the more.
 */
const BUSY_MESSAGES = 16;
const BUSY_TIME = 1000;
/** Milliseconds without a message after which the list is taken back. */
export const LIST_IDLE_TIME = 10_000;
/** Milliseconds until another try when there was no memory. */
const RETRY_TIME = 10_000;

export class ServerListAgreement implements ListAgreement {
  readonly #connection: Connection;
  readonly #quota: SectionQuota | null;
  #windowStart = 0;
  #messages = 0;
  #isWithdrawn = false;
  #activity = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(connection: Connection, quota: SectionQuota | null) {
    this.#connection = connection;
    this.#quota = quota;
  }

  onTraffic(messages: number): void {
    const now = performance.now();
    if (now - this.#windowStart > BUSY_TIME) {
      if (now < this.#windowStart) return;
      this.#windowStart = now;
      this.#messages = 0;
    }
    this.#messages += messages;
    if (this.#messages >= BUSY_MESSAGES) this.#offer();
  }

  onMessage(type: number, packet: InboundPacket): void {
    const { list } = this.#connection;
    if (type === ControlType.LIST_ACCEPTED && list !== null && !list.isOpen) {
      list.bell = takeBell(this.#connection, packet, 0);
      list.isOpen = list.isSending = true;
      this.#activity = list.activity;
      this.#timer = setInterval(() => this.#onTimer(), LIST_IDLE_TIME).unref();
    } else if (type === ControlType.LIST_RETURNED && list !== null && (this.#isWithdrawn || !list.isOpen)) {
      const isRefused = !list.isOpen;
      this.#connection.output.list = null;
      this.#release(list);
      if (isRefused) this.#windowStart = performance.now() + RETRY_TIME;
    } else throw violation(`a message of type ${type}`);
  }

  close(): void {
    const { list } = this.#connection;
    if (list !== null) this.#release(list);
  }

  #offer(): void {
    const size = listSize(LIST_CAPACITY);
    this.#messages = 0;
    this.#isWithdrawn = false;
    try {
      this.#quota?.charge(size);
    } catch {
      this.#windowStart = performance.now() + RETRY_TIME;
      return;
    }
    try {
      this.#send(size);
    } catch (error) {
      this.#quota?.release(size);
      if (!isAlpcError(error)) throw error;
      this.#windowStart = performance.now() + RETRY_TIME;
    }
  }

  #send(size: number): void {
    const { libc, memoryMode } = this.#connection.machinery;
    const section = makeSection(libc, size, "request", memoryMode, "ncalrpc-list");
    const packet = Buffer.alloc(PORT_MESSAGE_SIZE + OFFER_LENGTH);
    writePortMessage(
      new Uint32Array(packet.buffer, packet.byteOffset),
      0,
      ControlType.LIST_OFFERED,
      OFFER_LENGTH,
      0,
      0,
    );
    packet.writeUInt32LE(LIST_CAPACITY, PORT_MESSAGE_SIZE);
    packet.set(threadId, PORT_MESSAGE_SIZE + 4);
    const fd = section.takeDescriptor();
    try {
      this.#connection.output.sendWithDescriptors(packet, [fd]);
      // Sending may have ended the connection.
      if (this.#connection.isEnded) throw new AlpcError("PORT_DISCONNECTED", "the connection has ended");
      this.#connection.output.list = newList("server", section, this.#connection);
    } catch (error) {
      section.close();
      throw error;
    } finally {
      libc.close(fd);
    }
  }

  #onTimer(): void {
    const { list } = this.#connection;
    if (list === null || this.#isWithdrawn) return;
    if (list.activity !== this.#activity) {
      this.#activity = list.activity;
      return;
    }
    this.#isWithdrawn = true;
    list.isSending = false;
    this.#connection.output.sendControl(ControlType.LIST_WITHDRAWN);
  }

  #release(list: CompletionList): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#quota?.release(list.size);
    this.#connection.machinery.completion.poller.remove(list);
    list.close();
  }
}

export class ClientListAgreement implements ListAgreement {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  onTraffic(): void {}

  onMessage(type: number, packet: InboundPacket): void {
    const { list } = this.#connection;
    if (type === ControlType.LIST_OFFERED && list === null) this.#onOffered(packet);
    else if (type === ControlType.LIST_WITHDRAWN && list !== null) this.#return(list);
    else throw violation(`a message of type ${type}`);
  }

  close(): void {
    const { list } = this.#connection;
    if (list !== null) this.#release(list);
  }

  #onOffered(packet: InboundPacket): void {
    const { libc, memoryMode } = this.#connection.machinery;
    const { words, start } = packet;
    const capacity = words[(start + PORT_MESSAGE_SIZE) >> 2] ?? 0;
    if (
      portMessage.dataLength(words, start) !== OFFER_LENGTH ||
      capacity !== LIST_CAPACITY ||
      packet.descriptorCount !== 1
    )
      throw violation(`a completion list of ${capacity} octets with ${packet.descriptorCount} handles`);
    const [fd = -1] = packet.takeDescriptors();
    let section: Section;
    try {
      section = openSection(libc, fd, listSize(capacity), "request", memoryMode);
    } catch (error) {
      if (!isAlpcError(error) || error.status !== "INSUFFICIENT_RESOURCES") throw error;
      this.#connection.output.sendControl(ControlType.LIST_RETURNED);
      return;
    }
    this.#accept();
    const list = newList("client", section, this.#connection);
    list.bell = takeBell(this.#connection, packet, 4);
    list.isOpen = list.isSending = true;
    this.#connection.output.list = list;
  }

  #accept(): void {
    const { output } = this.#connection;
    const room = output.reserve(PORT_MESSAGE_SIZE + THREAD_ID_SIZE);
    writePortMessage(room.words, output.reservedAt, ControlType.LIST_ACCEPTED, THREAD_ID_SIZE, 0, 0);
    room.slab.set(threadId, output.reservedAt + PORT_MESSAGE_SIZE);
    output.commit(room, PORT_MESSAGE_SIZE + THREAD_ID_SIZE);
  }

  #return(list: CompletionList): void {
    list.isSending = false;
    this.#connection.output.sendControl(ControlType.LIST_RETURNED);
    // What has been written must be there to be read before the memory goes.
    this.#connection.machinery.outbox.flush();
    this.#connection.output.list = null;
    this.#release(list);
  }

  #release(list: CompletionList): void {
    this.#connection.machinery.completion.poller.remove(list);
    list.close();
  }
}

/** The bell of the thread whose id is in the message behind `offset` octets. Throws AlpcError INVALID_MESSAGE. */
function takeBell({ machinery, fd }: Connection, packet: InboundPacket, offset: number): Bell {
  const { buffer, words, start } = packet;
  if (portMessage.dataLength(words, start) !== offset + THREAD_ID_SIZE)
    throw violation("a list without a thread");
  const at = start + PORT_MESSAGE_SIZE + offset;
  return Bell.take(readPeerCredentials(machinery.libc, fd).pid, buffer.subarray(at, at + THREAD_ID_SIZE));
}

function newList(side: "client" | "server", section: Section, connection: Connection): CompletionList {
  const { listed } = connection.machinery;
  return new CompletionList(side, section, connection, listed, connection.messagesPerTurn);
}
