import {
  type CommunicationPort,
  isAlpcError,
  MessageType,
  PORT_MESSAGE_SIZE,
  SLICE_SIZE,
  VIEWS_IN_FLIGHT,
  type View,
} from "@ncalrpc/alpc";
import type { Writer } from "@ncalrpc/ndr";
import { APART, APART_SIZE, OCTETS_SIZE, writeApartOffset, writeOctets } from "../protocol-lrpc/apart.js";
import { LARGE_REQUEST_HEADER_SIZE, RequestFlags, writeLargeRequestSize } from "../protocol-lrpc/request.js";
import type { OnSent, WriteHeader } from "./large-request.js";
import type { PendingCall } from "./pending-call.js";

const HEADER_LENGTH = PORT_MESSAGE_SIZE + LARGE_REQUEST_HEADER_SIZE;

/**
 * A request whose largest byte array travels apart: straight from the caller's array into shared memory, in slices, so that
 * the server copies one out while the next is copied in, and a few slices of shared memory do for any size; or, beyond
 * what a section holds and where the server reads its clients' memory, not copied here at all.
 */
export class ApartRequest {
  readonly #port: CommunicationPort;
  readonly #call: PendingCall;
  readonly #bytes: Uint8Array;
  readonly #message: Buffer;
  readonly #header: DataView;
  readonly #writeHeader: WriteHeader;
  readonly #sent: OnSent;
  readonly #flush: () => void;
  /** The view that it waits for. */
  #awaited: Promise<View> | null = null;

  /** The writer is free again when this returns. `flush` has what is queued go out now. */
  constructor(
    port: CommunicationPort,
    call: PendingCall,
    writer: Writer,
    writeHeader: WriteHeader,
    sent: OnSent,
    flush: () => void,
  ) {
    const { bytes, offset } = writer.apart ?? { bytes: nothing, offset: 0 };
    this.#port = port;
    this.#call = call;
    this.#bytes = bytes;
    this.#writeHeader = writeHeader;
    this.#sent = sent;
    this.#flush = flush;
    this.#message = Buffer.allocUnsafe(lengthWithout(writer, bytes));
    this.#header = new DataView(this.#message.buffer, this.#message.byteOffset, this.#message.length);
    writeLargeRequestSize(this.#header, PORT_MESSAGE_SIZE, bytes.length);
    writeApartOffset(this.#header, HEADER_LENGTH, offset);
    writer.copyRest(this.#message, HEADER_LENGTH + APART_SIZE);
  }

  /** Whether a message holds what `writer` has beside its largest array. */
  static isPossible(port: CommunicationPort, writer: Writer): boolean {
    const { apart } = writer;
    return (
      apart !== null &&
      (port.maxViewSize > 0 || port.allowsDirectMemory) &&
      lengthWithout(writer, apart.bytes) <= port.maxPayload + PORT_MESSAGE_SIZE
    );
  }

  /**
   * A promise if not everything has gone out yet. `inOnePiece`: the server would like to see the array where it lies, which
   * is in one view, if there is memory for one. Throws or rejects with AlpcError.
   */
  send(inOnePiece: boolean): undefined | Promise<void> {
    const { length } = this.#bytes;
    if (this.#port.allowsDirectMemory && length > this.#port.maxViewSize) {
      this.#sendDirect();
      return undefined;
    }
    const slice = Math.min(length, SLICE_SIZE, this.#port.maxViewSize);
    if (length > slice && !(inOnePiece && length <= this.#port.maxViewSize)) {
      return this.#sendSlices(slice);
    }
    return this.#sendWhole(slice);
  }

  /** Nobody waits for the call any more. */
  abandon(): void {
    if (this.#awaited !== null) {
      this.#port.withdrawView?.(this.#awaited);
    }
  }

  /** In one view. If it is longer than a slice, and there is no such view now, in slices all the same. */
  #sendWhole(slice: number): undefined | Promise<void> {
    const { length } = this.#bytes;
    const otherwise = (error: unknown): Promise<void> => {
      if (length > slice && isAlpcError(error) && error.status === "QUOTA_EXCEEDED") {
        return this.#sendSlices(slice);
      }
      throw error;
    };
    let view: View | Promise<View>;
    try {
      view = this.#port.allocateView(length, length <= slice);
    } catch (error) {
      return otherwise(error);
    }
    if (view instanceof Promise) {
      this.#awaited = view;
      return view.then((allocated) => void this.#sendSlice(allocated, 0, length), otherwise);
    }
    this.#sendSlice(view, 0, length);
    return undefined;
  }

  #sendDirect(): void {
    const { buffer, byteOffset, length } = this.#bytes;
    const memory = Buffer.from(buffer, byteOffset, length);
    this.#call.retained = memory;
    this.#sendRequest(RequestFlags.DIRECT, { dataEntries: [memory] });
  }

  async #sendSlices(slice: number): Promise<void> {
    const { length } = this.#bytes;
    const returned: (Promise<void> | undefined)[] = [];
    for (let at = 0; at < length; at += slice) {
      // A slice is filled again as soon as the server has given it back, while it is in the processor's cache.
      if (returned.length === VIEWS_IN_FLIGHT) {
        await returned.shift();
      }
      const allocated = this.#port.allocateView(Math.min(slice, length - at));
      this.#awaited = allocated instanceof Promise ? allocated : null;
      const view = allocated instanceof Promise ? await allocated : allocated;
      returned.push(view.returned?.());
      if (!this.#sendSlice(view, at, Math.min(slice, length - at))) {
        return;
      }
    }
  }

  /** Takes the view over, and has it go out now: the server waits for it. False if nobody waits for the call any more. */
  #sendSlice(view: View, at: number, size: number): boolean {
    let isSent = false;
    try {
      if (!this.#call.isSettled && !this.#port.isClosed) {
        view.fill(this.#bytes.subarray(at, at + size), 0);
        if (at === 0) {
          this.#sendRequest(RequestFlags.VIEW_PRESENT, { view });
        } else {
          this.#sendOctets(view, at);
        }
        isSent = true;
        this.#flush();
      }
      return isSent;
    } finally {
      if (!isSent) {
        view.release();
      }
    }
  }

  #sendRequest(flag: number, attributes: { readonly view?: View; readonly dataEntries?: Buffer[] }): void {
    this.#writeHeader(this.#message, this.#header, flag | APART);
    const { length } = this.#message;
    this.#sent(this.#port.send(MessageType.REQUEST, this.#message, length, 0, 0, attributes));
  }

  #sendOctets(view: View, at: number): void {
    const message = Buffer.allocUnsafe(PORT_MESSAGE_SIZE + OCTETS_SIZE);
    const header = new DataView(message.buffer, message.byteOffset, message.length);
    writeOctets(header, PORT_MESSAGE_SIZE, this.#call.callId, this.#bytes.length, at);
    this.#port.send(MessageType.DATAGRAM, message, message.length, 0, 0, { view });
  }
}

const nothing = new Uint8Array(0);

function lengthWithout(writer: Writer, bytes: Uint8Array): number {
  return HEADER_LENGTH + APART_SIZE + writer.length - bytes.length;
}
