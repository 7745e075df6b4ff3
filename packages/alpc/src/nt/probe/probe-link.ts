import { PORT_MESSAGE_SIZE } from "../../message.js";
import type { AlpcLibrary, Handle } from "../alpc-library.js";
import { AttributeBuffer, getWord, setWord } from "../attribute-buffer.js";
import { CONTEXT_ATTR } from "../layout/attribute-structures.js";
import { PortFlags } from "../layout/flags.js";
import { ObjectFlags } from "../layout/generic-structures.js";
import { PORT_MESSAGE } from "../layout/port-structures.js";
import { Status } from "../layout/status.js";
import { check } from "../nt-status.js";
import {
  dataView,
  keeping,
  objectAttributes,
  ownMemory,
  portAttributes,
  type QualityOfService,
  unicodeString,
  writeHeader,
} from "../structures.js";

/** PortContext of the client. */
export const PROBE_CONTEXT = 0x1234_5678;
const MAX_LENGTH = 0x1000;
let count = 0;

/** What a receive brought: its status, header and payload, and the attributes, which the next receive overwrites. */
export interface Received {
  readonly status: number;
  readonly header: Buffer;
  readonly payload: Buffer;
  /** PORT_MESSAGE.Type, flags and all; 0 if nothing came. */
  readonly type: number;
  readonly attributes: AttributeBuffer;
}

export interface ProbeMessage {
  /** MessageFlags. */
  readonly flags: number;
  readonly payload?: Uint8Array;
  /** The message that is answered. */
  readonly answers?: Received;
  readonly attributes?: AttributeBuffer;
  readonly dataInfoOffset?: number;
  /** PORT_MESSAGE.Type, which has to be 0. */
  readonly type?: number;
}

/** A connection port, a client of it and the server's port for that client, all on this thread: no call of these waits. */
export class ProbeLink implements Disposable {
  readonly listener: Handle;
  readonly client: Handle;
  readonly server: Handle;
  /** Of the connection port. */
  readonly path = `\\RPC Control\\ncalrpc-probe-${process.pid}-${++count}`;
  readonly #alpc: AlpcLibrary;
  readonly #open: Set<Handle>;
  readonly #buffer = ownMemory(0x1_0000);
  readonly #attributes = new AttributeBuffer("SECURITY", "VIEW", "CONTEXT", "HANDLE", "TOKEN");

  /** `clientFlags`: PortFlags beside those that every client of ours has. Throws AlpcError. */
  constructor(alpc: AlpcLibrary, clientFlags = 0, quality: QualityOfService = {}) {
    this.#alpc = alpc;
    this.#open = new Set();
    const name = unicodeString(this.path);
    const flags = PortFlags.ALLOW_IMPERSONATION | PortFlags.ALLOW_LPC_REQUESTS;
    const attributes = (more: number) =>
      portAttributes({ flags: flags | more, maxMessageLength: MAX_LENGTH, quality, acceptHandles: false });
    try {
      const object = objectAttributes(name, ObjectFlags.CASE_INSENSITIVE);
      this.listener = this.#made("creating a port", (slot) =>
        keeping([object], () => alpc.NtAlpcCreatePort(slot, object.bytes, attributes(0))),
      );
      this.client = this.#made("connecting", (slot) =>
        keeping([name], () =>
          alpc.NtAlpcConnectPort(
            slot,
            name.bytes,
            null,
            attributes(clientFlags),
            0,
            null,
            null,
            null,
            null,
            null,
            null,
          ),
        ),
      );
      const request = this.receive(this.listener);
      const answer = this.#compose({ flags: 0, answers: request });
      this.server = this.#made("accepting", (slot) =>
        alpc.NtAlpcAcceptConnectPort(
          slot,
          this.listener,
          0,
          null,
          attributes(0),
          PROBE_CONTEXT,
          answer,
          null,
          1,
        ),
      );
      check(this.receive(this.client).status, "receiving the answer to a connect");
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** The status of the send, and the message as it is afterwards. */
  send(port: Handle, message: ProbeMessage): { readonly status: number; readonly bytes: Buffer } {
    const bytes = this.#compose(message);
    const sent = message.attributes?.sent ?? null;
    const status = this.#alpc.NtAlpcSendWaitReceivePort(
      port,
      message.flags,
      bytes,
      sent,
      null,
      null,
      null,
      null,
    );
    return { status, bytes };
  }

  /** What has arrived by now, or within some milliseconds. */
  receive(port: Handle, milliseconds = 0): Received {
    const capacity = ownMemory(8);
    setWord(dataView(capacity), 0, this.#buffer.length);
    const timeout = ownMemory(8);
    setWord(dataView(timeout), 0, milliseconds * -10_000);
    this.#attributes.reset();
    const status = this.#alpc.NtAlpcSendWaitReceivePort(
      port,
      0,
      null,
      null,
      this.#buffer,
      capacity,
      this.#attributes.bytes,
      timeout,
    );
    const hasMessage = status === Status.SUCCESS;
    const length = hasMessage ? this.#buffer.readUInt16LE(PORT_MESSAGE.TotalLength) : PORT_MESSAGE_SIZE;
    const header = ownMemory(PORT_MESSAGE_SIZE);
    if (hasMessage) this.#buffer.copy(header, 0, 0, PORT_MESSAGE_SIZE);
    return {
      status,
      header,
      payload: Buffer.from(this.#buffer.subarray(PORT_MESSAGE_SIZE, length)),
      type: header.readUInt16LE(PORT_MESSAGE.Type),
      attributes: this.#attributes,
    };
  }

  /** Ends a message that is owed an end, by its CONTEXT. The status. */
  finish(port: Handle, { attributes }: Received, flags = 0): number {
    const at = attributes.offset("CONTEXT");
    const context = ownMemory(CONTEXT_ATTR.size);
    attributes.bytes.copy(context, 0, at, at + CONTEXT_ATTR.size);
    return this.#alpc.NtAlpcCancelMessage(port, flags, context);
  }

  close(port: Handle): void {
    if (this.#open.delete(port)) this.#alpc.NtClose(port);
  }

  [Symbol.dispose](): void {
    for (const port of [...this.#open].reverse()) this.close(port);
  }

  #made(doing: string, call: (slot: Buffer) => number): Handle {
    const slot = ownMemory(8);
    check(call(slot), doing);
    const handle = getWord(dataView(slot), 0);
    this.#open.add(handle);
    return handle;
  }

  #compose({ payload = new Uint8Array(), answers, dataInfoOffset = 0, type = 0 }: ProbeMessage): Buffer {
    const bytes = ownMemory(PORT_MESSAGE_SIZE + payload.length);
    const id = answers?.header.readUInt32LE(PORT_MESSAGE.MessageId) ?? 0;
    const callbackId = answers?.header.readUInt32LE(PORT_MESSAGE.CallbackId) ?? 0;
    writeHeader(dataView(bytes), payload.length, id, callbackId, dataInfoOffset);
    bytes.writeUInt16LE(type, PORT_MESSAGE.Type);
    bytes.set(payload, PORT_MESSAGE_SIZE);
    return bytes;
  }
}
