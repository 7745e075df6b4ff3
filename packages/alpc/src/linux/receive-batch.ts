import { MAX_MESSAGE_LENGTH } from "../message.js";
import { MAX_ATTRIBUTES_LENGTH } from "../message-attributes.js";
import { MAX_MESSAGES_PER_TURN } from "../port-limits.js";
import { align8 } from "../port-message.js";
import { InboundPacket } from "./inbound-packet.js";
import { addressOf, C, Errno, type LibC } from "./libc.js";

/** Most messages of one system call. */
export const MAX_BATCH = MAX_MESSAGES_PER_TURN;
/** Octets of a slot: the longest packet that is in order. A longer one is cut off, which MSG_TRUNC tells. */
const SLOT = align8(MAX_MESSAGE_LENGTH) + align8(MAX_ATTRIBUTES_LENGTH);

/** struct mmsghdr: msghdr { 0 name, 8 u32 namelen, 16 iov, 24 iovlen, 32 control, 40 controllen, 48 u32 flags }, 56 u32 len. */
const HEADER = 64;
const HEADER_WORDS = HEADER / 4;
/** struct iovec { 0 base, 8 len }. */
const IOVEC = 16;
/** struct cmsghdr { 0 u64 len, 8 i32 level, 12 i32 type }, then SCM_CREDENTIALS { pid, uid, gid }, padded to 8. */
const CMSG_HEADER = 16;
const CREDENTIALS = CMSG_HEADER + 16;
const CREDENTIALS_LENGTH = CMSG_HEADER + 12;
/** Most descriptors of one packet (SCM_MAX_FD). All of them fit, as the system would close the rest itself, however long that takes. */
const MAX_DESCRIPTORS = 253;
const CONTROL = align8(CREDENTIALS + CMSG_HEADER + MAX_DESCRIPTORS * 4);

/**
 * The thread's receive buffer: `receive` fills its slots with the next packets of one socket, each with what the
 * system says about its sender. The contents last until the next call.
 */
export class ReceiveBatch {
  readonly #libc: LibC;
  readonly #buffer = Buffer.allocUnsafeSlow(MAX_BATCH * SLOT);
  readonly #packet = new InboundPacket(this.#buffer);
  readonly #headers = Buffer.alloc(MAX_BATCH * HEADER);
  readonly #headerAddress = addressOf(this.#headers);
  readonly #headerWords = new Uint32Array(
    this.#headers.buffer,
    this.#headers.byteOffset,
    MAX_BATCH * HEADER_WORDS,
  );
  readonly #iovecs = Buffer.allocUnsafeSlow(MAX_BATCH * IOVEC).fill(0);
  readonly #control = Buffer.allocUnsafeSlow(MAX_BATCH * CONTROL).fill(0);
  readonly #controlWords = new Uint32Array(this.#control.buffer);

  constructor(libc: LibC) {
    this.#libc = libc;
    const data = addressOf(this.#buffer);
    const iovecs = addressOf(this.#iovecs);
    const control = addressOf(this.#control);
    for (let i = 0; i < MAX_BATCH; i++) {
      this.#iovecs.writeBigUInt64LE(BigInt(data + i * SLOT), i * IOVEC);
      this.#iovecs.writeBigUInt64LE(BigInt(SLOT), i * IOVEC + 8);
      this.#headers.writeBigUInt64LE(BigInt(iovecs + i * IOVEC), i * HEADER + 16);
      this.#headers.writeBigUInt64LE(1n, i * HEADER + 24);
      this.#headers.writeBigUInt64LE(BigInt(control + i * CONTROL), i * HEADER + 32);
      this.#headers.writeBigUInt64LE(BigInt(CONTROL), i * HEADER + 40);
    }
  }

  /** Where all packets lie. */
  get buffer(): Buffer {
    return this.#buffer;
  }

  /** Takes up to `count` packets that are there now: how many, or the negative errno. 0 if there are none. */
  receive(fd: number, count: number): number {
    const got = this.#libc.recvmmsg(
      fd,
      this.#headerAddress,
      count,
      C.MSG_DONTWAIT | C.MSG_CMSG_CLOEXEC,
      null,
    );
    if (got < 0) {
      const errno = this.#libc.errno();
      return errno === Errno.EAGAIN || errno === Errno.EINTR ? 0 : -errno;
    }
    return got;
  }

  length(index: number): number {
    return this.#headerWords[index * HEADER_WORDS + 14] ?? 0;
  }

  /** Octets of control messages; 0 tells the end of the connection from a packet of length 0. Call `rearm` after it. */
  controlLength(index: number): number {
    return this.#headerWords[index * HEADER_WORDS + 10] ?? 0;
  }

  /** What is wrong with a packet as it was received, or null. */
  fault(index: number): string | null {
    const flags = this.#headerWords[index * HEADER_WORDS + 12] ?? 0;
    if ((flags & (C.MSG_TRUNC | C.MSG_CTRUNC)) !== 0) return "a packet, or what came with it, is too long";
    const at = (index * CONTROL) >> 2;
    const words = this.#controlWords;
    const hasCredentials =
      this.controlLength(index) >= CREDENTIALS_LENGTH &&
      words[at] === CREDENTIALS_LENGTH &&
      words[at + 2] === C.SOL_SOCKET &&
      words[at + 3] === C.SCM_CREDENTIALS;
    return hasCredentials ? null : "a packet without credentials";
  }

  /** The packet in a slot, with its sender; the same object each time. */
  packet(index: number): InboundPacket {
    const packet = this.#packet;
    const at = (index * CONTROL + CMSG_HEADER) >> 2;
    const words = this.#controlWords;
    packet.start = index * SLOT;
    packet.length = this.length(index);
    packet.pid = words[at] ?? 0;
    packet.uid = words[at + 1] ?? 0;
    packet.gid = words[at + 2] ?? 0;
    if (this.#hasDescriptors(index)) packet.carry(this.#descriptors(index), null);
    return packet;
  }

  #hasDescriptors(index: number): boolean {
    return this.controlLength(index) > CREDENTIALS;
  }

  #descriptors(index: number): number[] {
    const end = this.controlLength(index);
    const fds: number[] = [];
    for (let at = 0; at + CMSG_HEADER <= end; ) {
      const cmsg = index * CONTROL + at;
      const length = this.#control.readUInt32LE(cmsg);
      if (length < CMSG_HEADER || at + length > end) break;
      if (
        this.#control.readInt32LE(cmsg + 8) === C.SOL_SOCKET &&
        this.#control.readInt32LE(cmsg + 12) === C.SCM_RIGHTS
      ) {
        for (let i = CMSG_HEADER; i + 4 <= length; i += 4) fds.push(this.#control.readInt32LE(cmsg + i));
      }
      at += align8(length);
    }
    return fds;
  }

  /** Makes a slot ready for the next call, which else would get no more control octets than the last one. */
  rearm(index: number): void {
    this.#headerWords[index * HEADER_WORDS + 10] = CONTROL;
  }
}
