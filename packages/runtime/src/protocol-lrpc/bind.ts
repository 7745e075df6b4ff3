import { type Reader, writeGuid } from "@ncalrpc/ndr";
import { LrpcMessageType } from "./message-type.js";

export const BIND_SIZE = 0x48;

/**
 * TransferSyntaxSet: a bit mask. NDR20 is 8a885d04-1ceb-11c9-9fe8-08002b104860 v2.0, NDR64
 * 71710533-beba-4937-8319-b5dbef9ccc36 v1.0.
 */
export const TransferSyntax = { NDR20: 1, NDR64: 2 } as const;

const STATUS = 0x08;
const UUID = 0x0c;
const MAJOR = 0x1c;
const MINOR = 0x1e;
const SYNTAX_SET = 0x20;
const NDR20_ID = 0x24;
const NDR64_ID = 0x26;
/** Zero in LRPC. Extension, in an answer: BindFlags. */
const FLAGS = 0x28;

export const BindFlags = {
  /** Byte arrays of requests are seen where they lie: one that travels apart is best sent in one view. */
  IN_PLACE: 1,
} as const;

export interface InterfaceId {
  /** Lower case. */
  readonly uuid: string;
  readonly version: { readonly major: number; readonly minor: number };
}

export interface Bind extends InterfaceId {
  /** 0 in a request; in an answer 0 or the status that the bind failed with. */
  readonly status: number;
  readonly transferSyntaxes: number;
  /** What requests name as BindingId when they use NDR20, and when they use NDR64; 0 for a syntax that is not offered. */
  readonly ndr20Id: number;
  readonly ndr64Id: number;
  /** BindFlags; 0 in a request, and from who does not know them. */
  readonly flags: number;
}

/** Writes a bind message, which has the same form both ways, at `start`. */
export function writeBind(buffer: Buffer, start: number, bind: Bind): void {
  buffer.fill(0, start, start + BIND_SIZE);
  buffer.writeInt32LE(LrpcMessageType.BIND, start);
  buffer.writeUInt32LE(bind.status, start + STATUS);
  writeGuid(buffer, start + UUID, bind.uuid);
  buffer.writeUInt16LE(bind.version.major, start + MAJOR);
  buffer.writeUInt16LE(bind.version.minor, start + MINOR);
  buffer.writeUInt32LE(bind.transferSyntaxes, start + SYNTAX_SET);
  buffer.writeUInt16LE(bind.ndr20Id, start + NDR20_ID);
  buffer.writeUInt16LE(bind.ndr64Id, start + NDR64_ID);
  buffer.writeUInt32LE(bind.flags, start + FLAGS);
}

/** Reads a bind message that `reader` is attached to; it has at least BIND_SIZE octets. */
export function readBind(reader: Reader): Bind {
  reader.int32();
  reader.uint32();
  const status = reader.uint32();
  const uuid = reader.guid();
  const version = { major: reader.uint16(), minor: reader.uint16() };
  const transferSyntaxes = reader.uint32();
  const ndr20Id = reader.uint16();
  const ndr64Id = reader.uint16();
  return { status, uuid, version, transferSyntaxes, ndr20Id, ndr64Id, flags: reader.uint32() };
}
