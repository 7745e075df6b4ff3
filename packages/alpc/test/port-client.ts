import type {
  AlpcError,
  CommunicationPort,
  ConnectAttributes,
  Kernel,
  SendAttributes,
  View,
} from "../src/index.js";
import { MessageType, PORT_MESSAGE_SIZE } from "../src/index.js";

/** What came back: text, and a view if there was one. */
export interface Answer {
  readonly type: MessageType;
  readonly text: string;
  readonly view: View | null;
}

/** A client of the suite's server with promises. */
export class PortClient {
  readonly datagrams: string[] = [];
  readonly requests: string[] = [];
  batches = 0;
  /** Told of the text of each answer, at once. */
  onText: (text: string) => void = () => {};
  readonly closed: Promise<AlpcError | null>;
  readonly #calls = new Map<number, (answer: Answer) => void>();
  #port: CommunicationPort | null = null;
  #onClosed: (reason: AlpcError | null) => void = () => {};

  private constructor() {
    this.closed = new Promise((resolve) => {
      this.#onClosed = resolve;
    });
  }

  static async connect(
    kernel: Kernel,
    name: string,
    payload = "",
    attributes: ConnectAttributes = {},
  ): Promise<PortClient> {
    const client = new PortClient();
    client.#port = await kernel.connectPort(
      name,
      { payload: Buffer.from(payload), ...attributes },
      {
        onMessage: (port, { type, messageId, buffer, start, length, view }) => {
          const text = buffer.toString("latin1", start, start + length);
          if (type === MessageType.DATAGRAM) client.datagrams.push(text);
          else if (type === MessageType.REQUEST) {
            client.requests.push(text);
            port.send(MessageType.REPLY, message("a port"), PORT_MESSAGE_SIZE + 6, messageId, 0);
          } else {
            client.onText(text);
            client.#calls.get(messageId)?.({ type, text, view });
            client.#calls.delete(messageId);
          }
        },
        onBatchEnd: () => {
          client.batches++;
        },
        onClosed: (_port, reason) => client.#onClosed(reason),
      },
    );
    return client;
  }

  get port(): CommunicationPort {
    if (this.#port === null) throw new Error("not connected");
    return this.#port;
  }

  call(text: string, attributes?: SendAttributes): Promise<Answer> {
    return new Promise((resolve) => {
      this.#calls.set(this.request(text, attributes), resolve);
    });
  }

  request(text: string, attributes?: SendAttributes): number {
    const bytes = message(text);
    return this.port.send(MessageType.REQUEST, bytes, bytes.length, 0, 0, attributes);
  }

  datagram(text: string): void {
    const bytes = message(text);
    this.port.send(MessageType.DATAGRAM, bytes, bytes.length, 0, 0);
  }

  async log(): Promise<ServerLog> {
    return JSON.parse((await this.call("log")).text);
  }
}

/** What programs/test-server.mjs has seen. */
export interface ServerLog {
  readonly connects: number;
  readonly canceled: readonly number[];
  readonly datagrams: readonly string[];
  readonly closed: readonly (string | null)[];
  readonly refused: readonly string[];
  /** Who sent the datagrams. */
  readonly senders: readonly { readonly user: string; readonly pid: number }[];
  readonly batches: number;
  readonly requests: number;
}

export function message(text: string): Buffer {
  return Buffer.concat([Buffer.alloc(PORT_MESSAGE_SIZE), Buffer.from(text, "latin1")]);
}

/** Waits until something is so; fails after ten seconds. */
export async function eventually(check: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000;
  while (!(await check())) {
    if (performance.now() > end) throw new Error("it did not become so within ten seconds");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
