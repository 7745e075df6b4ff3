import { Reader, Reader64, Writer, Writer64 } from "@ncalrpc/ndr";
import {
  readBytes,
  readBytesReferents,
  readNested,
  readNestedReferents,
  readPoints,
  readPointsReferents,
  readSmall,
  readSmallReferents,
  writeBytes,
  writeBytesReferents,
  writeNested,
  writeNestedReferents,
  writePoints,
  writePointsReferents,
  writeSmall,
  writeSmallReferents,
} from "../gen/codecs.js";
import { type Codec, type Exercise, exercise } from "./codec.js";
import type { MessageName, Messages } from "./messages.js";
import { nestedOf, plainNested, same } from "./ncalrpc.js";

/** What the generated functions for one type do, one after the other, within a call's stub. */
interface StubFunctions<T> {
  readonly write: (w: Writer, value: T) => void;
  readonly writeReferents: (w: Writer, value: T) => void;
  readonly read: (r: Reader) => T;
  readonly readReferents: (r: Reader, value: T) => void;
}

const small = {
  write: writeSmall,
  writeReferents: writeSmallReferents,
  read: readSmall,
  readReferents: readSmallReferents,
};
const nested = {
  write: writeNested,
  writeReferents: writeNestedReferents,
  read: readNested,
  readReferents: readNestedReferents,
};
const bytes = {
  write: writeBytes,
  writeReferents: writeBytesReferents,
  read: readBytes,
  readReferents: readBytesReferents,
};
const points = {
  write: writePoints,
  writeReferents: writePointsReferents,
  read: readPoints,
  readReferents: readPointsReferents,
};

/** Stub data in one transfer syntax, as a call carries it: one writer and one reader, whose memory is used again. */
function stubCodec(name: string, syntax: string, w: Writer, r: Reader): Codec {
  function stub<T>(functions: StubFunctions<T>, value: T, plain: (decoded: T) => unknown): Exercise {
    const { write, writeReferents, read, readReferents } = functions;
    const encode = (item: T): Uint8Array => {
      w.reset();
      write(w, item);
      writeReferents(w, item);
      w.flatten();
      return w.buffer;
    };
    const decode = (octets: Uint8Array): T => {
      r.attach(Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength), 0, octets.length);
      const item = read(r);
      readReferents(r, item);
      return item;
    };
    return exercise(value, encode, decode, plain);
  }
  const prepare: { readonly [N in MessageName]: (value: Messages[N]) => Exercise } = {
    small: (value) => stub(small, value, same),
    nested: (value) => stub(nested, nestedOf(value), plainNested),
    bytes: (value) => stub(bytes, value, same),
    structs: ({ items }) => stub(points, { items: [...items] }, same),
  };
  return {
    name,
    description: `ours: stub data of calls in ${syntax}, into memory that is used again`,
    packages: [],
    prepare: <N extends MessageName>(message: N, value: Messages[N]): Exercise => prepare[message](value),
  };
}

export const ncalrpcNdr20 = stubCodec("ncalrpc-ndr20", "NDR20", new Writer(), new Reader());
export const ncalrpcNdr64 = stubCodec("ncalrpc-ndr64", "NDR64", new Writer64(), new Reader64());
