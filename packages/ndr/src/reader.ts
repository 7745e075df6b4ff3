import { BigEndianReader } from "./big-endian-reader.js";
import { NdrError } from "./error.js";
import type { ReaderLimits } from "./limits.js";
import { StubReader } from "./stub-reader.js";
import { readTypeHeader, typeHeaderSize } from "./type-header.js";

/** The reader of serialized types, between two of them that ask for no limits of their own. */
let spare: Reader | null = null;

/** What generated code reads from: a `StubReader`, and what goes beyond the stub data of a call. */
export class Reader extends StubReader {
  /**
   * Decodes a value of type serialization version 1 (MS-RPCE 2.2.6). `isPrimitive`: a type that is no struct, union, array,
   * string or pointer has no header of its own there. Of octets behind the value only the padding is allowed.
   */
  static decodeType<T>(
    octets: Uint8Array,
    read: (r: Reader) => T,
    isPrimitive: boolean,
    limits?: Partial<ReaderLimits>,
  ): T {
    const { isBigEndian, length } = readTypeHeader(octets, isPrimitive);
    const r = isBigEndian
      ? new BigEndianReader(limits)
      : limits === undefined
        ? (spare ?? new Reader())
        : new Reader(limits);
    // One that fails, or during which another value is decoded, leaves the reader as it is.
    spare = null;
    const buffer = Buffer.isBuffer(octets)
      ? octets
      : Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
    r.attach(buffer, isPrimitive ? typeHeaderSize : 2 * typeHeaderSize, length);
    const value = read(r);
    if (r.remaining >= typeHeaderSize) {
      throw new NdrError("bad_stub_data", `${r.remaining} octets behind a value`, r.offset);
    }
    r.detach();
    if (!isBigEndian && limits === undefined) spare = r;
    return value;
  }

  /** The chunks of a pipe that came within one message, as a stream. */
  static async *stream<T>(chunks: Iterable<T>): AsyncGenerator<T, void, undefined> {
    yield* chunks;
  }
}
