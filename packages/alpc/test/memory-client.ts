import type { AlpcError } from "../src/error.js";
import type { ReceivedHandle } from "../src/handle.js";
import type { CommunicationPort, Kernel, PortHandler } from "../src/kernel.js";
import { MessageType, PORT_MESSAGE_SIZE, type ReceivedMessage, type SendAttributes } from "../src/message.js";
import type { View } from "../src/view.js";

/** The JSON of a reply: whether the operation did what it should, and what it found, by its own names. */
export interface ReplyValue {
  readonly ok: boolean;
  readonly sum?: number;
  readonly mappings?: number;
  readonly connections?: number;
  readonly [name: string]: unknown;
}

/** What a reply of the memory service brings. */
export interface Answer {
  readonly value: ReplyValue;
  readonly view: View | null;
  readonly handles: readonly ReceivedHandle[];
}

/** A client of programs/memory-service.mjs. */
export class MemoryClient implements PortHandler, Disposable {
  readonly #waiting = new Map<number, { resolve(answer: Answer): void; reject(reason: Error): void }>();
  #port: CommunicationPort | null = null;
  closed: { reason: AlpcError | null } | null = null;

  static async connect(kernel: Kernel, name: string): Promise<MemoryClient> {
    const client = new MemoryClient();
    client.#port = await kernel.connectPort(name, {}, client);
    return client;
  }

  get port(): CommunicationPort {
    if (this.#port === null) throw new Error("not connected");
    return this.#port;
  }

  call(
    request: { readonly op: string; readonly [name: string]: unknown },
    attributes?: SendAttributes,
  ): Promise<Answer> {
    const bytes = Buffer.concat([Buffer.alloc(PORT_MESSAGE_SIZE), Buffer.from(JSON.stringify(request))]);
    const id = this.port.send(MessageType.REQUEST, bytes, bytes.length, 0, 0, attributes);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  /** A view of the whole size, each octet by its place. */
  async filledView(size: number, shift = 0): Promise<View> {
    const view = await this.port.allocateView(size);
    const { bytes } = view;
    for (let i = 0; i < size; i++) bytes[i] = (i + shift) % 251;
    return view;
  }

  onMessage(_port: CommunicationPort, message: ReceivedMessage): void {
    const { buffer, start, length, view, handles } = message;
    const value: ReplyValue = JSON.parse(buffer.toString("utf8", start, start + length));
    this.#waiting.get(message.messageId)?.resolve({ value, view, handles: [...handles] });
    this.#waiting.delete(message.messageId);
  }

  onClosed(_port: CommunicationPort, reason: AlpcError | null): void {
    this.closed = { reason };
    for (const { reject } of this.#waiting.values()) reject(reason ?? new Error("closed"));
    this.#waiting.clear();
  }

  [Symbol.dispose](): void {
    this.port.close();
  }
}
