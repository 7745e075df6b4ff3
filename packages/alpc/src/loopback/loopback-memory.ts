import type { DataEntry } from "../data-information.js";
import { AlpcError } from "../error.js";

/** Addresses are made up: what matters is that one that was not offered, or is no longer, leads nowhere. */
let nextAddress = 0x1000_0000n;

/** The memory that one side offers with its open requests. */
export class LoopbackMemory {
  readonly #offered = new Map<DataEntry, { readonly request: number; readonly bytes: Buffer }>();

  /** The entries under which the other side finds these buffers until the request ends. */
  offer(request: number, buffers: readonly Buffer[]): DataEntry[] {
    return buffers.map((bytes) => {
      const entry = Object.freeze({ address: nextAddress, size: bytes.length });
      nextAddress += BigInt(bytes.length) + 0x1000n;
      this.#offered.set(entry, { request, bytes });
      return entry;
    });
  }

  /** Throws AlpcError ACCESS_DENIED unless that many octets are on offer. */
  find(entry: DataEntry, length: number): Buffer {
    const offered = this.#offered.get(entry);
    if (offered === undefined)
      throw new AlpcError("ACCESS_DENIED", "that memory is not offered by an open request");
    if (length > offered.bytes.length) {
      throw new AlpcError("ACCESS_DENIED", `${length} octets of memory; ${offered.bytes.length} are offered`);
    }
    return offered.bytes;
  }

  withdraw(request: number): void {
    for (const [entry, offered] of this.#offered)
      if (offered.request === request) this.#offered.delete(entry);
  }

  clear(): void {
    this.#offered.clear();
  }
}
