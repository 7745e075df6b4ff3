import { prepareOctets, takeOctets, type View } from "@ncalrpc/alpc";
import { RpcError } from "../rpc-error.js";
import type { CallOptions } from "./pending-call.js";

/** A byte array of a response that travels apart from the rest, while it comes in. */
export class ApartResponse {
  readonly #target: Uint8Array;
  /** Octets that are there, from the first on. */
  #filled = 0;

  /** `size` octets will come, for a call with these options. */
  constructor(size: number, options: CallOptions | undefined) {
    const wanted = options?.bytes;
    const own = wanted instanceof Uint8Array && wanted.length >= size ? wanted : takeOctets(size);
    this.#target = new Uint8Array(own.buffer, own.byteOffset, size);
  }

  /** All of it, or what has come so far. */
  get bytes(): Uint8Array {
    return this.#target;
  }

  get isComplete(): boolean {
    return this.#filled === this.#target.length;
  }

  /** Takes the next part out of shared memory, once. Throws RpcError unless it fits. */
  add(view: View, offset: number): void {
    if (offset !== this.#filled || offset + view.size > this.#target.length) {
      throw new RpcError("RPC_S_PROTOCOL_ERROR", {
        details: `octets ${offset} to ${offset + view.size} of an array of ${this.#target.length}, after ${this.#filled}`,
      });
    }
    const part = this.#target.subarray(offset, offset + view.size);
    prepareOctets(part);
    view.copyTo(part);
    this.#filled += view.size;
  }

  /** The server has written it. */
  fill(): void {
    this.#filled = this.#target.length;
  }
}

/** Sealed memory as the caller wants it: seen in place, or copied. */
export function sealedBytes(view: View, options: CallOptions | undefined): Uint8Array {
  if (options?.bytes === "view") {
    return view.bytes;
  }
  const copy = new ApartResponse(view.size, options);
  copy.add(view, 0);
  return copy.bytes;
}
