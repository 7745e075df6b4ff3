import { crc32 } from "node:zlib";
import {
  createSealedBytes,
  type RequestBytes,
  type RpcServer,
  releaseBytes,
  sealBytes,
} from "@ncalrpc/runtime";
import { Bulk, type BulkHandlers } from "./gen/bulk.js";

/** Octets that tell where they belong: those of a pattern whose length is prime, from `seed` on. */
export function makePattern(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  fillPattern(bytes, seed);
  return bytes;
}

function fillPattern(bytes: Uint8Array, seed: number): void {
  const period = 65_521;
  for (let i = 0; i < Math.min(period, bytes.length); i++) {
    bytes[i] = (i * 7 + (i >> 8) + seed) & 0xff;
  }
  for (let done = period; done < bytes.length; done *= 2) {
    bytes.copyWithin(done, 0, Math.min(done, bytes.length - done));
  }
}

export { crc32 as checksum };

/** Registers the interface; with "borrowed", requests' memory is taken back when they are answered. */
export function registerBulk(server: RpcServer, requestBytes: RequestBytes = "owned"): BulkService {
  const service = new BulkService();
  server.register(Bulk, service, { requestBytes });
  return service;
}

export class BulkService implements BulkHandlers {
  readonly #sealed = new Map<string, Uint8Array>();
  #given: Uint8Array = new Uint8Array();
  /** The last array that was uploaded, which a handler may keep. */
  last: Uint8Array | null = null;

  upload(before: string, data: Uint8Array, after: bigint) {
    this.last = data;
    return { received: data.length, checksum: crc32(data), reply: before, echo: after };
  }

  async download(length: number, seed: number, sealed: boolean) {
    const data = sealed ? await this.#sealedPattern(length, seed) : makePattern(length, seed);
    // What is a handler's own may change as soon as it has answered.
    if (!sealed) queueMicrotask(() => setImmediate(() => data.fill(0xee)));
    return { before: `seed ${seed}`, data, after: BigInt(length) << 32n };
  }

  echo(data: Uint8Array) {
    return { reply: data };
  }

  async both(length: number) {
    const second = await this.#sealedPattern(length, 2);
    return { first: makePattern(length >> 1, 1), second: second.subarray(10, length - 10) };
  }

  take(data: Uint8Array): number | Promise<number> {
    return data.length;
  }

  async give(length: number, sealed: boolean) {
    if (sealed) return { data: await this.#sealedPattern(length, 0) };
    if (this.#given.length !== length) this.#given = makePattern(length, 0);
    return { data: this.#given };
  }

  forget() {
    const count = this.#sealed.size;
    for (const bytes of this.#sealed.values()) releaseBytes(bytes);
    this.#sealed.clear();
    return count;
  }

  async #sealedPattern(length: number, seed: number): Promise<Uint8Array> {
    const name = `${length} ${seed}`;
    let bytes = this.#sealed.get(name);
    if (bytes === undefined) {
      bytes =
        length < 1024 * 1024
          ? sealBytes(makePattern(length, seed))
          : await createSealedBytes(length, (target) => fillPattern(target, seed));
      this.#sealed.set(name, bytes);
    }
    return bytes;
  }
}
