import {
  type CommunicationPort,
  prepareOctets,
  type ReceivedMessage,
  releaseBytes,
  takeOctets,
  type View,
} from "@ncalrpc/alpc";
import type { ApartArray } from "@ncalrpc/ndr";
import { APART, APART_SIZE, OCTETS_SIZE, octetsMessage, readApartOffset } from "../protocol-lrpc/apart.js";
import { LARGE_REQUEST_HEADER_SIZE, RequestFlags } from "../protocol-lrpc/request.js";
import { RpcError } from "../rpc-error.js";

/** Stub data of a request, or what there is of it in the message. */
export interface StubData {
  readonly buffer: Buffer;
  readonly start: number;
  readonly length: number;
  /** The buffer is the request's own. */
  readonly owned: boolean;
  readonly apart: ApartArray | null;
  /** The view that it lies in, which is in use until it is given back. */
  readonly view: View | null;
  /** Came with the message, and belong to the call. */
  readonly handles?: ReceivedMessage["handles"];
  /** Takes its memory away from the handler, whose byte arrays have length 0 then. */
  giveBack(): void;
}

/** Stub data that is still on its way, to be fetched once the call is allowed. */
export type FetchStubData = () => Promise<StubData>;

/** Requests of one connection that are too long for a message: in sections, or in the client's memory. */
export class LargeRequests {
  readonly #port: CommunicationPort;
  readonly #flush: () => void;
  /** Arrays that are coming in, by call id. */
  readonly #arriving = new Map<number, Arrival>();

  /** `flush` has what is queued go out now. */
  constructor(port: CommunicationPort, flush: () => void) {
    this.#port = port;
    this.#flush = flush;
  }

  /**
   * Takes what a request has announced and brought along, `size` octets in all, leaving it in shared memory if that is
   * allowed (`inPlace`) and it is there in one piece. Throws RpcError.
   */
  take(
    message: ReceivedMessage,
    header: DataView,
    callId: number,
    flags: number,
    size: number,
    inPlace: boolean,
  ): StubData | FetchStubData {
    const isApart = (flags & APART) !== 0;
    const rest = isApart ? restOf(message, header) : null;
    if ((flags & RequestFlags.VIEW_PRESENT) === 0) {
      return this.#direct(message, rest, size);
    }
    const { view } = message;
    if (view === null || (isApart ? view.size > size : size > view.size)) {
      throw malformed("a request announces another amount of data than its view holds");
    }
    if (rest === null) {
      return whole(view.copy(size));
    }
    if (inPlace && view.size === size) {
      return rest.seen(view);
    }
    const arrival = new Arrival(size);
    arrival.add(view, 0);
    if (arrival.isComplete) {
      return rest.with(arrival.octets);
    }
    this.#arriving.set(callId, arrival);
    this.#giveBack(view);
    const kept = rest.keep();
    return async () => {
      await arrival.complete;
      return kept.with(arrival.octets);
    };
  }

  /** A part of an array has come. Throws RpcError. */
  add({ start, length, view }: ReceivedMessage, header: DataView): void {
    if (length < OCTETS_SIZE || view === null) {
      throw malformed("a part of an array is too short or without a view");
    }
    const callId = octetsMessage.callId(header, start);
    // Of a call that has been refused, or given up, parts may still come.
    const arrival = this.#arriving.get(callId);
    if (arrival === undefined) {
      return;
    }
    try {
      arrival.add(view, octetsMessage.offset(header, start));
      this.#giveBack(view);
      if (arrival.isComplete) {
        this.#arriving.delete(callId);
      }
    } catch (error) {
      this.abandon(callId, RpcError.from(error));
      throw error;
    }
  }

  /** Nobody waits for the rest of an array any more. */
  abandon(callId: number, reason: RpcError): void {
    this.#arriving.get(callId)?.fail(reason);
    this.#arriving.delete(callId);
  }

  clear(reason: RpcError): void {
    for (const callId of [...this.#arriving.keys()]) {
      this.abandon(callId, reason);
    }
  }

  /** At once, not at the end of the batch: the client fills it again while the next one is copied out. */
  #giveBack(view: View): void {
    view.release();
    this.#flush();
  }

  #direct({ dataEntries }: ReceivedMessage, rest: RestOfRequest | null, size: number): FetchStubData {
    const [entry] = dataEntries;
    if (entry === undefined || entry.size < size) {
      throw malformed("a request announces more data than the memory that it offers");
    }
    const kept = rest?.keep() ?? null;
    return async () => {
      const octets = takeOctets(size);
      await this.#port.readPeerMemory(entry, octets);
      return kept === null ? whole(octets) : kept.with(octets);
    };
  }
}

/** An array on its way in through shared memory, which is read once. */
class Arrival {
  readonly octets: Buffer;
  /** Rejects with an RpcError. */
  readonly complete: Promise<void>;
  #filled = 0;
  #resolve: () => void = () => {};
  #reject: (reason: RpcError) => void = () => {};

  constructor(size: number) {
    this.octets = takeOctets(size);
    this.complete = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever refuses the call does not wait for it.
    this.complete.catch(() => {});
  }

  get isComplete(): boolean {
    return this.#filled === this.octets.length;
  }

  add(view: View, offset: number): void {
    const end = offset + view.size;
    if (offset !== this.#filled || end > this.octets.length || view.size === 0) {
      throw malformed(
        `octets ${offset} to ${end} of an array of ${this.octets.length}, of which ${this.#filled} are here`,
      );
    }
    const part = this.octets.subarray(offset, end);
    prepareOctets(part);
    view.copyTo(part);
    this.#filled = end;
    if (this.isComplete) {
      this.#resolve();
    }
  }

  fail(reason: RpcError): void {
    this.#reject(reason);
  }
}

/** The stub data of a message but for one array. */
class RestOfRequest {
  readonly #buffer: Buffer;
  readonly #start: number;
  readonly #length: number;
  readonly #offset: number;

  constructor(buffer: Buffer, start: number, length: number, offset: number) {
    this.#buffer = buffer;
    this.#start = start;
    this.#length = length;
    this.#offset = offset;
  }

  /** The same in memory that outlives the message. */
  keep(): RestOfRequest {
    const copy = Buffer.from(this.#buffer.subarray(this.#start, this.#start + this.#length));
    return new RestOfRequest(copy, 0, copy.length, this.#offset);
  }

  with(octets: Buffer): StubData {
    const bytes = new Uint8Array(octets.buffer, octets.byteOffset, octets.length);
    return this.#complete(bytes, null, () => releaseBytes(octets));
  }

  /** With the array where it lies. */
  seen(view: View): StubData {
    return this.#complete(view.bytes, view, () => view.release());
  }

  #complete(bytes: Uint8Array, view: View | null, giveBack: () => void): StubData {
    return {
      buffer: this.#buffer,
      start: this.#start,
      length: this.#length,
      owned: false,
      apart: { bytes, offset: this.#offset },
      view,
      giveBack,
    };
  }
}

function restOf({ buffer, start, length }: ReceivedMessage, header: DataView): RestOfRequest {
  const at = start + LARGE_REQUEST_HEADER_SIZE + APART_SIZE;
  if (at > start + length) {
    throw malformed("a request is too short");
  }
  return new RestOfRequest(buffer, at, start + length - at, readApartOffset(header, at - APART_SIZE));
}

/** The same in memory that outlives the message that it came with. */
export function keepStubData(data: StubData): StubData {
  const { buffer, start, length, owned } = data;
  return owned ? data : { ...data, buffer: Buffer.from(buffer.subarray(start, start + length)), start: 0 };
}

/** Stub data of which all is in memory of its own. */
export function whole(octets: Buffer): StubData {
  return {
    buffer: octets,
    start: 0,
    length: octets.length,
    owned: true,
    apart: null,
    view: null,
    giveBack: () => releaseBytes(octets),
  };
}

function malformed(details: string): RpcError {
  return new RpcError("RPC_S_PROTOCOL_ERROR", { details });
}
