import type { Socket } from "node:net";
import { Message } from "capnp-es";
import { Message as RpcMessage } from "capnp-es/capnp/rpc";

const COUNT_LENGTH = 4;
const WORD = 8;

/**
 * Length of the message that the octets begin with, or null while they are too few to tell: Cap'n Proto's framing for streams
 * (encoding specification, "Serialization Over a Stream"): the number of segments less one, the words of each, padded to
 * words, the segments.
 */
export function framedLength(octets: Buffer): number | null {
  if (octets.length < COUNT_LENGTH) {
    return null;
  }
  const segments = octets.readUInt32LE(0) + 1;
  const table = Math.ceil((COUNT_LENGTH * (segments + 1)) / WORD) * WORD;
  if (octets.length < table) {
    return null;
  }
  let length = table;
  for (let segment = 1; segment <= segments; segment++) {
    length += octets.readUInt32LE(COUNT_LENGTH * segment) * WORD;
  }
  return length;
}

/** Carries the messages of capnp-es over a socket; the library comes with transports for tests and web sockets only. */
export class CapnpTransport {
  readonly #socket: Socket;
  readonly #received: RpcMessage[] = [];
  #waiting: { resolve(message: RpcMessage): void; reject(error: Error): void } | null = null;
  #closed: Error | null = null;
  #chunks: Buffer[] = [];
  #buffered = 0;
  #wanted: number | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => this.#take(chunk));
    socket.on("error", (error) => this.#end(error));
    socket.on("close", () => this.#end(new Error("the connection is closed")));
  }

  sendMessage(message: RpcMessage): void {
    this.#socket.write(new Uint8Array(message.segment.message.toArrayBuffer()));
  }

  async recvMessage(): Promise<RpcMessage> {
    const message = this.#received.shift();
    if (message !== undefined) {
      return message;
    }
    if (this.#closed !== null) {
      throw this.#closed;
    }
    return await new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Chunks are put together once a whole message is there, so that each octet is copied once. */
  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    while (this.#buffered >= (this.#wanted ?? COUNT_LENGTH)) {
      const octets = this.#chunks.length === 1 ? (this.#chunks[0] ?? chunk) : Buffer.concat(this.#chunks);
      this.#wanted = framedLength(octets);
      if (this.#wanted === null || octets.length < this.#wanted) {
        this.#chunks = [octets];
        return;
      }
      this.#deliver(new Message(octets.subarray(0, this.#wanted), false).getRoot(RpcMessage));
      const rest = octets.subarray(this.#wanted);
      this.#wanted = null;
      this.#chunks = rest.length === 0 ? [] : [rest];
      this.#buffered = rest.length;
    }
  }

  #deliver(message: RpcMessage): void {
    if (this.#waiting === null) {
      this.#received.push(message);
    } else {
      this.#waiting.resolve(message);
      this.#waiting = null;
    }
  }

  #end(error: Error): void {
    this.#closed ??= error;
    this.#waiting?.reject(this.#closed);
    this.#waiting = null;
  }
}
