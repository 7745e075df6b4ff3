import { MAX_MESSAGE_LENGTH } from "../message.js";
import { MAX_ATTRIBUTES_LENGTH } from "../message-attributes.js";
import { align8 } from "../port-message.js";
import { addressOf, C, Errno, type LibC } from "./libc.js";

/** Messages that the outbox holds before it sends them of its own accord. */
const CAPACITY = 256;
const SLAB = 1024 * 1024;
/** Octets of the longest packet that is in order. */
export const LONGEST_PACKET = align8(MAX_MESSAGE_LENGTH) + align8(MAX_ATTRIBUTES_LENGTH);
const HEADER = 64;
const IOVEC = 16;
/** The word of PORT_MESSAGE in which a packet's place stands. */
const PLACE = 2;
const FLAGS = C.MSG_DONTWAIT | C.MSG_NOSIGNAL;

/** Where a packet is written before it is sent. */
export interface PacketRoom {
  readonly slab: Buffer;
  readonly words: Uint32Array;
  /** The same, two words at once. */
  readonly pairs: BigInt64Array;
  readonly view: DataView;
}

/** A connection as the outbox sees it. The fields are the outbox's. */
export interface Outlet {
  readonly fd: number;
  /** Entries of this turn, a chain through the outbox; -1 for none. */
  firstQueued: number;
  lastQueued: number;
  /** True while earlier messages wait for room: later ones queue up behind them. */
  readonly isBlocked: boolean;
  /** A packet goes out: its place among the entries of the completion list, 0 if there is none. */
  stamp(): number;
  /** Lets the other side see what has been written into the completion list. */
  publish(): void;
  /** These octets found no room, or stand behind some that did not. They are borrowed. */
  keep(packet: Uint8Array): void;
  /** Sending failed for good with this errno. */
  onSendFailed(errno: number): void;
}

/**
 * What the ports of a thread want to send. Messages are written straight into one slab and leave it together: one
 * system call for each connection, however many messages it has.
 */
export class Outbox implements PacketRoom {
  readonly #libc: LibC;
  readonly slab = Buffer.allocUnsafeSlow(SLAB);
  readonly words = new Uint32Array(this.slab.buffer);
  readonly pairs = new BigInt64Array(this.slab.buffer);
  readonly view = new DataView(this.slab.buffer);
  readonly #slabAddress = addressOf(this.slab);
  readonly #offsets = new Int32Array(CAPACITY);
  readonly #lengths = new Int32Array(CAPACITY);
  readonly #next = new Int32Array(CAPACITY);
  readonly #headers = Buffer.allocUnsafeSlow(CAPACITY * HEADER).fill(0);
  readonly #headersAddress = addressOf(this.#headers);
  readonly #iovecs = Buffer.allocUnsafeSlow(CAPACITY * IOVEC).fill(0);
  readonly #iovecWords = new Uint32Array(this.#iovecs.buffer);
  readonly #dirty: Outlet[] = [];
  /** Outlets whose lists are to be published; the array is kept. */
  readonly #unpublished: (Outlet | undefined)[] = [];
  #unpublishedCount = 0;
  readonly #flushLater = (): void => {
    this.#scheduled = false;
    this.flush();
  };
  #scheduled = false;
  #count = 0;
  #used = 0;

  constructor(libc: LibC) {
    this.#libc = libc;
    const iovecs = addressOf(this.#iovecs);
    for (let i = 0; i < CAPACITY; i++) {
      this.#headers.writeBigUInt64LE(BigInt(iovecs + i * IOVEC), i * HEADER + 16);
      this.#headers.writeBigUInt64LE(1n, i * HEADER + 24);
    }
  }

  /** Room for a packet of at most `length` octets: its offset in the slab, a multiple of 8. Fill it, then `commit`. */
  reserve(length: number): number {
    if (length > LONGEST_PACKET) throw new RangeError(`a packet of ${length} octets`);
    if (this.#count === CAPACITY || this.#used + length > SLAB) this.flush();
    return this.#used;
  }

  /** Queues the packet that was written at the last reserved offset. */
  commit(outlet: Outlet, length: number): void {
    const entry = this.#count++;
    this.words[(this.#used >> 2) + PLACE] = outlet.stamp();
    this.#offsets[entry] = this.#used;
    this.#lengths[entry] = length;
    this.#next[entry] = -1;
    this.#used += align8(length);
    if (outlet.firstQueued < 0) {
      outlet.firstQueued = entry;
      this.#dirty.push(outlet);
    } else this.#next[outlet.lastQueued] = entry;
    outlet.lastQueued = entry;
  }

  /** Publishes an outlet's list with the next flush. To be called once until then. */
  publishLater(outlet: Outlet): void {
    this.#unpublished[this.#unpublishedCount++] = outlet;
  }

  /** Sends at the end of what runs now, after all promise jobs that it has set off. */
  scheduleFlush(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    process.nextTick(this.#flushLater);
  }

  /** Sends everything that is queued. What the system does not take stays with its connection. */
  flush(): void {
    // Lists first: what goes over the socket may say that it comes after their entries.
    while (this.#unpublishedCount > 0) {
      const index = --this.#unpublishedCount;
      const outlet = this.#unpublished[index];
      this.#unpublished[index] = undefined;
      outlet?.publish();
    }
    if (this.#count === 0) return;
    for (let i = 0; i < this.#dirty.length; i++) {
      const outlet = this.#dirty[i];
      if (outlet !== undefined) this.#send(outlet);
    }
    this.#dirty.length = 0;
    this.#count = 0;
    this.#used = 0;
  }

  #send(outlet: Outlet): void {
    let entry = outlet.firstQueued;
    outlet.firstQueued = -1;
    if (outlet.fd < 0) return;
    if (!outlet.isBlocked) {
      const sent =
        entry === outlet.lastQueued ? this.#sendOne(outlet.fd, entry) : this.#sendAll(outlet.fd, entry);
      for (let i = 0; i < sent; i++) entry = this.#next[entry] ?? -1;
      if (entry < 0) return;
      // The call stopped early: full, or an error which the system tells only to who tries again.
      const errno = sent < 0 ? -sent : Errno.EAGAIN;
      if (!isTransient(errno)) {
        outlet.onSendFailed(errno);
        return;
      }
    }
    for (; entry >= 0; entry = this.#next[entry] ?? -1) {
      const at = this.#offsets[entry] ?? 0;
      outlet.keep(this.slab.subarray(at, at + (this.#lengths[entry] ?? 0)));
    }
  }

  /** How many were sent, or the negative errno. */
  #sendOne(fd: number, entry: number): number {
    const address = this.#slabAddress + (this.#offsets[entry] ?? 0);
    return this.#libc.send(fd, address, this.#lengths[entry] ?? 0, FLAGS) < 0 ? -this.#libc.errno() : 1;
  }

  #sendAll(fd: number, first: number): number {
    let count = 0;
    for (let entry = first; entry >= 0; entry = this.#next[entry] ?? -1) {
      const address = this.#slabAddress + (this.#offsets[entry] ?? 0);
      const at = count * 4;
      this.#iovecWords[at] = address;
      this.#iovecWords[at + 1] = Math.floor(address / 0x1_0000_0000);
      this.#iovecWords[at + 2] = this.#lengths[entry] ?? 0;
      count++;
    }
    const sent = this.#libc.sendmmsg(fd, this.#headersAddress, count, FLAGS);
    return sent < 0 ? -this.#libc.errno() : sent;
  }
}

/** Errors that pass: the receiver's buffer is full, or the system is short of something for now. */
export function isTransient(errno: number): boolean {
  return (
    errno === Errno.EAGAIN ||
    errno === Errno.EINTR ||
    errno === Errno.ENOBUFS ||
    errno === Errno.ENOMEM ||
    errno === Errno.ETOOMANYREFS
  );
}
