import { closeSync, openSync } from "node:fs";
import { encodeConnectRequest } from "../../src/connect-message.js";
import { PORT_MESSAGE_SIZE } from "../../src/message.js";
import { type AlpcLibrary, type Handle, loadAlpcLibrary } from "../../src/nt/alpc-library.js";
import { AttributeBuffer, getWord, setWord } from "../../src/nt/attribute-buffer.js";
import { HANDLE_ATTR } from "../../src/nt/layout/attribute-structures.js";
import { HandleFlags } from "../../src/nt/layout/flags.js";
import { PORT_MESSAGE } from "../../src/nt/layout/port-structures.js";
import { Status } from "../../src/nt/layout/status.js";
import { portFlags } from "../../src/nt/machinery.js";
import { handleOf } from "../../src/nt/nt-handle.js";
import { probeView } from "../../src/nt/probe/probe-view.js";
import { dataView, ownMemory, portAttributes, unicodeString, writeHeader } from "../../src/nt/structures.js";

/** A client that says it is one of us and then sends what it likes. Its calls are made on this thread, and never wait. */
export class RawClient implements Disposable {
  readonly #alpc: AlpcLibrary;
  readonly #port: Handle;
  readonly #buffer = ownMemory(0x1_0000);

  constructor(library: string, name: string, connectMessage?: Buffer) {
    this.#alpc = loadAlpcLibrary(library);
    const asked =
      connectMessage ??
      encodeConnectRequest({ tracking: "static", delegate: false, payload: new Uint8Array() });
    const bytes = this.#compose(asked);
    const length = ownMemory(8);
    setWord(dataView(length), 0, bytes.length);
    const attributes = portAttributes({
      flags: portFlags(true),
      maxMessageLength: 0xff00,
      acceptHandles: true,
    });
    const slot = ownMemory(8);
    const path = unicodeString(`\\RPC Control\\${name}`);
    const status = this.#alpc.NtAlpcConnectPort(
      slot,
      path.bytes,
      null,
      attributes,
      0,
      null,
      bytes,
      length,
      null,
      null,
      null,
    );
    if (status !== 0) throw new Error(`connecting ${path.keep.length}: 0x${status.toString(16)}`);
    this.#port = getWord(dataView(slot), 0);
  }

  /** Kind and payload of what has arrived; null if there is nothing. Messages that are owed an end get none. */
  receive(): { readonly kind: number; readonly payload: Buffer } | { readonly status: number } | null {
    const capacity = ownMemory(8);
    setWord(dataView(capacity), 0, this.#buffer.length);
    const status = this.#alpc.NtAlpcSendWaitReceivePort(
      this.#port,
      0,
      null,
      null,
      this.#buffer,
      capacity,
      null,
      ownMemory(8),
    );
    if (status === Status.TIMEOUT) return null;
    if (status !== 0) return { status };
    const length = this.#buffer.readUInt16LE(PORT_MESSAGE.TotalLength);
    const payload = Buffer.from(this.#buffer.subarray(PORT_MESSAGE_SIZE, length));
    return { kind: this.#buffer.readUInt16LE(PORT_MESSAGE.Type) & 0xff, payload };
  }

  /** The NTSTATUS of a send with a view of its own, or a handle. */
  sendWith(carried: "view" | "handle", flags: number, payload: Uint8Array): number {
    if (carried === "view") {
      using view = probeView(this.#alpc, this.#port, 7);
      return this.send(flags, payload, view.attributes);
    }
    const attributes = new AttributeBuffer("HANDLE");
    const at = attributes.offset("HANDLE");
    const fd = openSync(process.execPath, "r");
    attributes.data.setUint32(at + HANDLE_ATTR.Flags, HandleFlags.SAME_ACCESS, true);
    attributes.setWord(at + HANDLE_ATTR.Handle, handleOf(fd));
    attributes.setValid("HANDLE");
    try {
      return this.send(flags, payload, attributes);
    } finally {
      closeSync(fd);
    }
  }

  /** The NTSTATUS of the send. */
  send(flags: number, payload: Uint8Array, attributes?: AttributeBuffer): number {
    return this.#alpc.NtAlpcSendWaitReceivePort(
      this.#port,
      flags,
      this.#compose(payload),
      attributes?.sent ?? null,
      null,
      null,
      null,
      null,
    );
  }

  [Symbol.dispose](): void {
    this.#alpc.NtClose(this.#port);
  }

  #compose(payload: Uint8Array): Buffer {
    const bytes = ownMemory(PORT_MESSAGE_SIZE + payload.length);
    writeHeader(dataView(bytes), payload.length, 0, 0);
    bytes.set(payload, PORT_MESSAGE_SIZE);
    return bytes;
  }
}
