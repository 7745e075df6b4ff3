import { sendWithDescriptors } from "../src/linux/descriptor-message.js";
import { addressOf, C, Errno, errnoName, loadLibC } from "../src/linux/libc.js";
import { connect, openSocket, passCredentials } from "../src/linux/socket.js";
import { PORT_MESSAGE_SIZE } from "../src/message.js";

const libc = loadLibC();

/** Fields of a PORT_MESSAGE, each of which may lie. */
export interface RawHeader {
  readonly type: number;
  readonly payload?: Uint8Array;
  readonly dataLength?: number;
  readonly totalLength?: number;
  readonly dataInfoOffset?: number;
  readonly messageId?: number;
}

/** A peer without manners: sends any octets to a port's socket and sees what comes back. */
export class RawPeer implements Disposable {
  readonly fd: number;

  constructor(path: string) {
    this.fd = openSocket(libc);
    passCredentials(libc, this.fd);
    if (!connect(libc, this.fd, path)) throw new Error("the backlog is full");
  }

  /** Sends a packet: null, or the name of the error. */
  send(packet: Uint8Array): string | null {
    const sent = libc.send(this.fd, packet, packet.length, C.MSG_NOSIGNAL);
    return sent < 0 ? this.#error() : null;
  }

  sendDescriptors(packet: Uint8Array, fds: readonly number[]): string | null {
    return sendWithDescriptors(libc, this.fd, packet, fds) < 0 ? this.#error() : null;
  }

  /** The next packet; null at the end of the connection. Fails if neither comes within a second. */
  async receive(): Promise<Buffer | null> {
    const buffer = Buffer.allocUnsafeSlow(70_000);
    const end = performance.now() + 1000;
    while (performance.now() < end) {
      const length = libc.recvmsg(this.fd, headerFor(buffer), C.MSG_DONTWAIT);
      if (length > 0) return buffer.subarray(0, length);
      if (length === 0) return null;
      const errno = libc.errno();
      if (errno !== Errno.EAGAIN && errno !== Errno.ECONNRESET) throw new Error(`receive: ${this.#error()}`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    throw new Error("nothing came within a second");
  }

  /** Connects properly; the answer has come when this returns. */
  async handshake(): Promise<void> {
    this.send(connectRequest());
    const reply = await this.receive();
    if (reply?.readUInt16LE(4) !== 11) throw new Error("no connection reply");
  }

  /** Reads until the other side closes; answers the status of its PORT_CLOSED, null without one. */
  async closedWith(): Promise<number | null> {
    let status: number | null = null;
    for (let packet = await this.receive(); packet !== null; packet = await this.receive()) {
      if (packet.readUInt16LE(4) === 5) status = packet.readUInt32LE(PORT_MESSAGE_SIZE);
    }
    return status;
  }

  close(): void {
    libc.close(this.fd);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #error(): string {
    return errnoName(libc.errno());
  }
}

export function rawMessage(header: RawHeader): Buffer {
  const payload = header.payload ?? new Uint8Array();
  const packet = Buffer.alloc(PORT_MESSAGE_SIZE + payload.length);
  packet.writeUInt16LE((header.dataLength ?? payload.length) & 0xffff, 0);
  packet.writeUInt16LE((header.totalLength ?? packet.length) & 0xffff, 2);
  packet.writeUInt16LE(header.type, 4);
  packet.writeUInt16LE(header.dataInfoOffset ?? 0, 6);
  packet.writeUInt32LE(header.messageId ?? 0, 0x18);
  packet.set(payload, PORT_MESSAGE_SIZE);
  return packet;
}

/** A CONNECTION_REQUEST in good order, unless told otherwise. */
export function connectRequest(
  magic = 0x4350_4c41,
  version = 1,
  flags = 0,
  payload = new Uint8Array(),
): Buffer {
  const bytes = Buffer.alloc(8 + payload.length);
  bytes.writeUInt32LE(magic, 0);
  bytes.writeUInt16LE(version, 4);
  bytes.writeUInt16LE(flags, 6);
  bytes.set(payload, 8);
  return rawMessage({ type: 10, payload: bytes });
}

/** struct msghdr without room for control messages. The caller keeps `buffer` referenced. */
function headerFor(buffer: Buffer): Buffer {
  const parts = Buffer.allocUnsafeSlow(72).fill(0);
  parts.writeBigUInt64LE(BigInt(addressOf(parts) + 56), 16);
  parts.writeBigUInt64LE(1n, 24);
  parts.writeBigUInt64LE(BigInt(addressOf(buffer)), 56);
  parts.writeBigUInt64LE(BigInt(buffer.length), 64);
  return parts;
}
