import { BigEndianReader } from "./big-endian-reader.js";
import { NdrError } from "./error.js";
import type { ReaderLimits } from "./limits.js";
import { StubReader } from "./stub-reader.js";
import { readTypeHeader, typeHeaderSize } from "./type-header.js";

/** The reader of small serialized types, between two of them, on memory that they are copied to: making a view of each costs more. */
let spare: { readonly reader: Reader; readonly memory: Buffer } | null = null;
const smallType = 0x1000;

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
    const start = isPrimitive ? typeHeaderSize : 2 * typeHeaderSize;
    if (isBigEndian || limits !== undefined || octets.length > smallType) {
      const r = isBigEndian ? new BigEndianReader(limits) : new Reader(limits);
      r.attach(Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength), start, length);
      return readWhole(r, read);
    }
    // Taken meanwhile: a hook that reads may decode another value.
    const taken = spare ?? { reader: new Reader(), memory: Buffer.alloc(smallType) };
    const { reader, memory } = taken;
    spare = null;
    memory.set(octets);
    reader.attach(memory, start, length);
    const value = readWhole(reader, read);
    spare = taken;
    return value;
  }

  /** `read`, which errors name `path` from then on: a chunk of a pipe, which any method may have. */
  static named<T>(read: (r: Reader) => T, path: string): (r: Reader) => T {
    return (r) => r.up(read(r.down(path)));
  }

  /** The chunks of a pipe that came within one message, as a stream. */
  static async *stream<T>(chunks: Iterable<T>): AsyncGenerator<T, void, undefined> {
    yield* chunks;
  }
}

function readWhole<T>(r: Reader, read: (r: Reader) => T): T {
  const value = read(r);
  if (r.remaining >= typeHeaderSize) {
    throw new NdrError("bad_stub_data", `${r.remaining} octets behind a value`, r.offset);
  }
  return value;
}
