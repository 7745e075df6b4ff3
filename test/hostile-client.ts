import {
  type CommunicationPort,
  defaultKernel,
  MessageType,
  PORT_MESSAGE_SIZE,
  type PortHandler,
  type ReceivedMessage,
  type SendAttributes,
  type View,
} from "@ncalrpc/alpc";
import { Reader } from "@ncalrpc/ndr";
import type { InterfaceId } from "../packages/runtime/src/protocol-lrpc/bind.js";
import {
  BIND_SIZE,
  readBind,
  TransferSyntax,
  writeBind,
} from "../packages/runtime/src/protocol-lrpc/bind.js";
import { readFault } from "../packages/runtime/src/protocol-lrpc/fault.js";
import { Features, formatHello } from "../packages/runtime/src/protocol-lrpc/hello.js";
import { LrpcMessageType } from "../packages/runtime/src/protocol-lrpc/message-type.js";
import { REQUEST_HEADER_SIZE, writeRequestHeader } from "../packages/runtime/src/protocol-lrpc/request.js";
import { RESPONSE_HEADER_SIZE } from "../packages/runtime/src/protocol-lrpc/response.js";

const ALL_FEATURES = Features.CANCEL | Features.DEADLINE | Features.FAULT_DETAILS | Features.DIRECT;

/** What the server said to one message: `OK`, a status, or `closed` if the connection ended instead. */
export interface Answer {
  readonly status: string;
  readonly details: string | null;
  /** Stub data of a response. */
  readonly data: Buffer;
}

/** A client that speaks the port protocol well, and LRPC as badly as a test wants. */
export class HostileClient implements PortHandler, Disposable {
  #port: CommunicationPort | null = null;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #lastCallId = 0;
  #reason: unknown = null;
  /** The views that it does not give back; null if it gives back all. */
  kept: View[] | null = null;

  static async connect(
    endpoint: string,
    features: number = ALL_FEATURES,
    acceptHandles = false,
  ): Promise<HostileClient> {
    const client = new HostileClient();
    client.#port = await defaultKernel().connectPort(
      endpoint,
      { payload: formatHello({ features, maxCalls: 0 }), acceptHandles },
      client,
    );
    return client;
  }

  get port(): CommunicationPort {
    if (this.#port === null) {
      throw new Error("not connected");
    }
    return this.#port;
  }

  get isClosed(): boolean {
    return this.port.isClosed;
  }

  /** Why the connection ended, if it has. */
  get reason(): unknown {
    return this.#reason;
  }

  /** Sends a request and waits for the answer to it. */
  request(payload: Uint8Array, attributes?: SendAttributes): Promise<Answer> {
    return new Promise((resolve) => {
      if (this.isClosed) {
        resolve(closed);
      } else {
        this.#waiting.set(this.send(MessageType.REQUEST, payload, attributes), resolve);
      }
    });
  }

  send(type: MessageType, payload: Uint8Array, attributes?: SendAttributes): number {
    const message = Buffer.alloc(PORT_MESSAGE_SIZE + payload.length);
    message.set(payload, PORT_MESSAGE_SIZE);
    return this.port.send(type, message, message.length, 0, 0, attributes);
  }

  /** Binds an interface as `bindingId`; answers with the status of the bind. */
  async bind(
    id: InterfaceId,
    bindingId: number,
    transferSyntaxes: number = TransferSyntax.NDR20,
  ): Promise<number> {
    const { data } = await this.request(bindMessage(id, bindingId, transferSyntaxes));
    if (data.length < BIND_SIZE) {
      return -1;
    }
    const reader = new Reader();
    reader.attach(data, 0, data.length);
    return readBind(reader).status;
  }

  call(bindingId: number, procNum: number, stubData: Uint8Array = new Uint8Array()): Promise<Answer> {
    return this.request(requestMessage({ bindingId, procNum, callId: this.nextCallId(), stubData }));
  }

  nextCallId(): number {
    return ++this.#lastCallId;
  }

  onMessage(_port: CommunicationPort, message: ReceivedMessage): void {
    const { buffer, start, length, messageId } = message;
    this.#waiting.get(messageId)?.(readAnswer(Buffer.from(buffer.subarray(start, start + length))));
    this.#waiting.delete(messageId);
    if (this.kept === null || message.view === null) {
      message.view?.release();
    } else {
      this.kept.push(message.view);
    }
    for (const handle of message.handles) {
      handle.close();
    }
  }

  onClosed(_port: CommunicationPort, reason: unknown): void {
    this.#reason = reason;
    for (const resolve of this.#waiting.values()) {
      resolve(closed);
    }
    this.#waiting.clear();
  }

  [Symbol.dispose](): void {
    this.port.close();
  }
}

const closed: Answer = { status: "closed", details: null, data: Buffer.alloc(0) };

function readAnswer(payload: Buffer): Answer {
  const type = payload.length < 4 ? -1 : payload.readInt32LE(0);
  if (type === LrpcMessageType.FAULT) {
    const fault = readFault(payload, 0, payload.length);
    return { status: fault?.status ?? "a short fault", details: fault?.details ?? null, data: payload };
  }
  if (type === LrpcMessageType.RESPONSE) {
    return { status: "OK", details: null, data: payload.subarray(RESPONSE_HEADER_SIZE) };
  }
  return { status: type === LrpcMessageType.BIND ? "OK" : `type ${type}`, details: null, data: payload };
}

export interface RequestFields {
  readonly bindingId: number;
  readonly procNum: number;
  readonly callId: number;
  readonly flags?: number;
  readonly timeout?: number;
  readonly stubData?: Uint8Array;
}

export function requestMessage(fields: RequestFields): Buffer {
  const { bindingId, procNum, callId, flags = 0, timeout = 0, stubData = new Uint8Array() } = fields;
  const payload = Buffer.alloc(REQUEST_HEADER_SIZE + stubData.length);
  const header = new DataView(payload.buffer, payload.byteOffset, payload.length);
  writeRequestHeader(header, 0, flags, callId, bindingId, procNum, timeout);
  payload.set(stubData, REQUEST_HEADER_SIZE);
  return payload;
}

export function bindMessage(
  id: InterfaceId,
  bindingId: number,
  transferSyntaxes: number = TransferSyntax.NDR20,
): Buffer {
  const payload = Buffer.alloc(BIND_SIZE);
  writeBind(payload, 0, {
    ...id,
    status: 0,
    transferSyntaxes,
    ndr20Id: bindingId,
    ndr64Id: bindingId,
    flags: 0,
  });
  return payload;
}
