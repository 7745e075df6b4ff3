import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { MessageType, PORT_MESSAGE_SIZE } from "@ncalrpc/alpc";
import { encodeConnectRequest } from "../packages/alpc/src/connect-message.js";
import { addressOf, C, Errno, loadLibC } from "../packages/alpc/src/linux/libc.js";
import { connect, openSocket, passCredentials } from "../packages/alpc/src/linux/socket.js";
import { writePortMessage } from "../packages/alpc/src/port-message.js";
import { formatHello } from "../packages/runtime/src/protocol-lrpc/hello.js";

const libc = loadLibC();
const MAX_PACKET = 0x1_0800;

/** A sequenced-packet socket to a server, below ports: it sends any octets, and reads only when asked. */
export class RawConnection implements Disposable {
  readonly #buffer = Buffer.allocUnsafeSlow(MAX_PACKET);
  /** struct iovec and struct msghdr, without room for descriptors: the system closes what comes. */
  readonly #vector = Buffer.alloc(16);
  readonly #header = Buffer.alloc(56);
  #fd: number;
  #lastId = -1;

  private constructor(fd: number) {
    this.#fd = fd;
    this.#vector.writeBigUInt64LE(BigInt(addressOf(this.#buffer)), 0);
    this.#vector.writeBigUInt64LE(BigInt(MAX_PACKET), 8);
    this.#header.writeBigUInt64LE(BigInt(addressOf(this.#vector)), 16);
    this.#header.writeBigUInt64LE(1n, 24);
  }

  /** True once the server has hung up; what it said before is skipped. */
  async isHungUp(timeout = 5_000): Promise<boolean> {
    const deadline = performance.now() + timeout;
    while (performance.now() < deadline) {
      const packet = await this.receive(Math.max(0, deadline - performance.now()));
      if (packet !== null && packet.length === 0) {
        return true;
      }
    }
    return false;
  }

  /** Connects to the only socket in `directory` and says nothing. */
  static open(directory: string): RawConnection {
    const name = readdirSync(directory).find((entry) => entry.endsWith(".port"));
    if (name === undefined) {
      throw new Error(`no socket in ${directory}`);
    }
    const fd = openSocket(libc);
    passCredentials(libc, fd);
    if (!connect(libc, fd, join(directory, name))) {
      libc.close(fd);
      throw new Error("the server's backlog is full");
    }
    return new RawConnection(fd);
  }

  /** Connects and exchanges the connect messages, as a client does that knows no extension. */
  static async shakeHands(
    directory: string,
    { tracking = "static", delegate = false }: { tracking?: "static" | "dynamic"; delegate?: boolean } = {},
  ): Promise<RawConnection> {
    const raw = RawConnection.open(directory);
    const payload = formatHello({ features: 0, maxCalls: 0 });
    raw.sendMessage(MessageType.CONNECTION_REQUEST, encodeConnectRequest({ tracking, delegate, payload }), 0);
    const reply = await raw.receive();
    if (reply?.readUInt16LE(4) !== MessageType.CONNECTION_REPLY) {
      throw new Error(`no connection reply: ${reply?.toString("hex")}`);
    }
    return raw;
  }

  get fd(): number {
    return this.#fd;
  }

  /** False if the server does not take it: its queue is full, or it has hung up. */
  sendPacket(octets: Uint8Array): boolean {
    const copy = Buffer.allocUnsafeSlow(Math.max(octets.length, 1));
    copy.set(octets);
    return libc.send(this.#fd, copy, octets.length, C.MSG_NOSIGNAL | C.MSG_DONTWAIT) >= 0;
  }

  /** Sends a PORT_MESSAGE; requests are numbered if no id is given. */
  sendMessage(
    type: number,
    payload: Uint8Array,
    id = type === MessageType.REQUEST ? this.nextId() : 0,
  ): boolean {
    return this.sendPacket(portPacket(type, payload, id));
  }

  nextId(): number {
    this.#lastId += 2;
    return this.#lastId;
  }

  /** The next packet; empty at the end of the connection, null if nothing comes in time (milliseconds). */
  async receive(timeout = 5_000): Promise<Buffer | null> {
    const deadline = performance.now() + timeout;
    for (;;) {
      const length = libc.recvmsg(this.#fd, this.#header, C.MSG_DONTWAIT);
      if (length >= 0) {
        return Buffer.from(this.#buffer.subarray(0, length));
      }
      if (libc.errno() !== Errno.EAGAIN) {
        return Buffer.alloc(0);
      }
      if (performance.now() > deadline) {
        return null;
      }
      await delay(1);
    }
  }

  close(): void {
    if (this.#fd >= 0) {
      libc.close(this.#fd);
      this.#fd = -1;
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** The octets of a PORT_MESSAGE. */
export function portPacket(type: number, payload: Uint8Array, id: number): Buffer {
  const packet = Buffer.alloc(PORT_MESSAGE_SIZE + payload.length);
  const words = new Uint32Array(PORT_MESSAGE_SIZE / 4);
  // The types on the wire are numbers of 16 bits; a hostile peer sends any.
  writePortMessage(words, 0, MessageType.REQUEST, payload.length, id, 0);
  packet.set(Buffer.from(words.buffer));
  packet.writeUInt16LE(type, 4);
  packet.set(payload, PORT_MESSAGE_SIZE);
  return packet;
}
