import { AlpcError, type CommunicationPort, MessageType, PORT_MESSAGE_SIZE, type View } from "@ncalrpc/alpc";
import type { Token } from "@ncalrpc/security";
import type { Upstream } from "./upstream.js";

const nothing = Buffer.alloc(0);

/**
 * The port of a client as a worker sees it: what the server's own thread hands on comes from there, and replies go back to
 * that thread, whatever their length, as do callbacks, the only messages of a server's that are no replies. The messages of calls
 * have their slots for ids.
 */
export class WorkerPort implements CommunicationPort {
  readonly id: number;
  readonly token: Token;
  readonly payload = nothing;
  readonly maxPayload = Number.MAX_SAFE_INTEGER;
  readonly maxViewSize = 0;
  readonly allowsDirectMemory = false;
  readonly queuedMessages = 0;
  readonly upstream: Upstream;
  #isClosed = false;

  constructor(id: number, token: Token, upstream: Upstream) {
    this.id = id;
    this.token = token;
    this.upstream = upstream;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  send(type: MessageType, bytes: Buffer, length: number, messageId: number): number {
    const payload = bytes.subarray(PORT_MESSAGE_SIZE, length);
    if (type === MessageType.REPLY) {
      this.upstream.reply(messageId, payload);
    } else {
      this.upstream.callBack(this.id, payload);
    }
    return messageId;
  }

  cancel(): void {}

  impersonate(): never {
    throw new AlpcError("NOT_SUPPORTED", "only the server's own thread can take a client's identity");
  }

  allocateView(): Promise<View> {
    return Promise.reject(elsewhere());
  }

  readPeerMemory(): Promise<void> {
    return Promise.reject(elsewhere());
  }

  writePeerMemory(): Promise<void> {
    return Promise.reject(elsewhere());
  }

  close(): void {
    this.#isClosed = true;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function elsewhere(): AlpcError {
  return new AlpcError("NOT_SUPPORTED", "memory of clients is the business of the server's own thread");
}
