import { PORT_MESSAGE_SIZE } from "../../message.js";
import { ControlType, portMessage, violation } from "../../port-message.js";
import { Patience } from "../../waiting/patience.js";
import type { PolledList } from "../../waiting/poller.js";
import type { InboundPacket } from "../inbound-packet.js";
import type { Section } from "../section.js";
import type { Bell } from "./bell.js";
import { ListConsumer, NOTHING, WAITS_FOR_SOCKET } from "./list-consumer.js";
import { listMemory } from "./list-memory.js";
import { ListProducer } from "./list-producer.js";

/** The connection that a list belongs to. */
export interface ListOwner {
  /** Whether messages are wanted now. */
  readonly isReading: boolean;
  /** Whether what comes over the socket is read as soon as it is there. */
  readonly isListening: boolean;
  /** Hands a message on whose turn it is, through the list or over the socket; false if that ended the connection. It is borrowed. Does not throw. */
  onListed(packet: InboundPacket): boolean;
  /** A message is expected on the socket: takes what is there. How many there were. */
  readSocket(): number;
  /** The other side broke the rules. */
  onBroken(error: unknown): void;
}

/** What is to be done with a packet that came over the socket. */
export type Passage = "now" | "later" | "never";

/**
 * The completion list of a connection, as one side uses it: both rings, and the order of what goes through them among
 * what goes over the socket. Each packet on the socket says how much of the ring comes before it (PORT_MESSAGE's unused
 * ClientId, 8 u32 position), each entry of the ring how many packets come before it.
 */
export class CompletionList implements PolledList {
  readonly producer: ListProducer;
  readonly patience = new Patience();
  isHot = false;
  since = 0;
  sleepsWithOthers = false;
  hasRung = false;
  /** The other side's thread, when it has said which it is; given back when the list is closed. */
  bell: Bell | null = null;
  /** Whether the other side takes messages from the ring, and may send them through it. */
  isOpen = false;
  /** Whether it has told us so of itself: it gets nothing more through the ring. */
  isSending = false;
  readonly #consumer: ListConsumer;
  readonly #owner: ListOwner;
  readonly #section: Section;
  readonly #packet: InboundPacket;
  readonly #budget: number;
  #isClosed = false;
  #sentOnSocket = 0;
  #receivedOnSocket = 0;
  /** Packets that have come over the socket before what goes before them was taken from the ring. */
  #held: InboundPacket[] = [];
  #waitsForSocket = false;

  /** Takes the section over. `packet` is where messages are copied to; `budget` how many are handed on at a time. */
  constructor(
    side: "client" | "server",
    section: Section,
    owner: ListOwner,
    packet: InboundPacket,
    budget: number,
  ) {
    const { requests, replies } = listMemory(section);
    this.producer = new ListProducer(side === "client" ? requests : replies);
    this.#consumer = new ListConsumer(side === "client" ? replies : requests);
    this.#section = section;
    this.#owner = owner;
    this.#packet = packet;
    this.#budget = budget;
  }

  /** Octets of memory. */
  get size(): number {
    return this.#section.size;
  }

  /** Changes whenever something goes through the list. */
  get activity(): number {
    return this.producer.position + this.#consumer.position;
  }

  /** Whether the message that is handed on is the last one of those that have been seen. */
  get isCaughtUp(): boolean {
    return this.#consumer.isCaughtUp;
  }

  /** As the producer's: the memory stays until `commit` or `release`, whatever becomes of the list. Throws AlpcError INVALID_MESSAGE. */
  lend(): boolean {
    return this.producer.lend();
  }

  /** Takes back what was lent, if it was not committed. */
  release(): void {
    this.producer.release();
    if (this.#isClosed) this.#section.close();
  }

  /** Appends the message that was written into the producer's slab. */
  commit(length: number): void {
    this.producer.commit(length, this.#sentOnSocket);
  }

  /** A packet goes out over the socket: the position to write into it. */
  stamp(): number {
    this.#sentOnSocket = (this.#sentOnSocket + 1) | 0;
    return this.producer.position;
  }

  /** The packet that was stamped last has not gone out. */
  unstamp(): void {
    this.#sentOnSocket = (this.#sentOnSocket - 1) | 0;
  }

  /** A packet has come over the socket. What has to wait is copied. Throws AlpcError INVALID_MESSAGE. */
  admit(packet: InboundPacket): Passage {
    const { words, start } = packet;
    if (packet.length === PORT_MESSAGE_SIZE && portMessage.type(words, start) === ControlType.DOORBELL)
      return "never";
    if (!this.isOpen) return "now";
    if (this.#held.length === 0 && this.#isDue(packet)) {
      this.#passOne();
      return "now";
    }
    if (!this.#consumer.reaches(positionOf(packet)))
      throw violation("a packet that comes after what is not in the list");
    this.#held.push(packet.moved());
    return "later";
  }

  /** Whether a look is worth while: cheap, for looking often. */
  hasNews(): boolean {
    if (!this.isOpen) return false;
    return (!this.#waitsForSocket && this.#consumer.seesEntries()) || this.#dueHeld() !== null;
  }

  /** Whether there is nothing to hand on now: for sure, where `hasNews` may hear of it a little later. */
  get isDrained(): boolean {
    if (!this.isOpen) return true;
    return (this.#waitsForSocket || !this.#consumer.hasEntries()) && this.#dueHeld() === null;
  }

  /** Hands on messages, up to the budget: how many. */
  poll(): number {
    if (!this.isOpen || this.#isClosed) return 0;
    let count = 0;
    try {
      while (count < this.#budget && this.#owner.isReading && this.#handOn()) {
        count++;
        if (this.#isClosed) return count;
      }
      this.#consumer.publish();
    } catch (error) {
      if (!this.#isClosed) this.#owner.onBroken(error);
    }
    return count;
  }

  /** We look for entries ourselves from now on. */
  wakeUp(): void {
    if (!this.#isClosed) this.#consumer.wakeUp();
  }

  get isListening(): boolean {
    return this.#owner.isListening;
  }

  /** From now on the other side has to wake us; false if something came before it could know. */
  goToSleep(sleep: number): boolean {
    if (this.#isClosed) return true;
    this.#consumer.goToSleep(sleep);
    return this.isDrained || !this.#owner.isReading;
  }

  /** Gives the memory back. Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.isOpen = false;
    this.isSending = false;
    this.bell?.giveBack();
    this.bell = null;
    for (const packet of this.#held) packet.discard();
    this.#held = [];
    if (this.producer.lentAt < 0) this.#section.close();
  }

  /** Whether there was a message. */
  #handOn(): boolean {
    const held = this.#dueHeld();
    if (held !== null) {
      this.#held.shift();
      this.#passOne();
      this.#owner.onListed(held);
      return true;
    }
    const packet = this.#packet;
    const length = this.#consumer.take(packet, packet.buffer.length, this.#receivedOnSocket);
    if (length === NOTHING) return false;
    if (length === WAITS_FOR_SOCKET) {
      this.#waitsForSocket = true;
      return this.#owner.readSocket() > 0;
    }
    packet.length = length;
    this.#owner.onListed(packet);
    return true;
  }

  /** A packet of the socket takes its place: an entry may have waited for it. */
  #passOne(): void {
    this.#receivedOnSocket = (this.#receivedOnSocket + 1) | 0;
    this.#waitsForSocket = false;
  }

  /** The next packet that came too early, if its time has come. */
  #dueHeld(): InboundPacket | null {
    if (this.#held.length === 0) return null;
    const [held] = this.#held;
    return held !== undefined && this.#isDue(held) ? held : null;
  }

  /** Whether everything that comes before the packet has been taken from the ring. */
  #isDue(packet: InboundPacket): boolean {
    return ((positionOf(packet) - this.#consumer.position) | 0) <= 0;
  }
}

function positionOf({ words, start }: InboundPacket): number {
  return (words[(start >> 2) + 2] ?? 0) | 0;
}
