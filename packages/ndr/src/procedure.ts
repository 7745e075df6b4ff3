import { NdrError } from "./error.js";
import { guidSize, readGuid, writeGuid } from "./guid.js";
import type { ReaderLimits } from "./limits.js";
import { Reader } from "./reader.js";
import { Reader64 } from "./reader64.js";
import { Writer } from "./writer.js";

/** Whose parameters are serialized: an interface, and the number of a procedure in it. */
export interface ProcedureIdentity {
  readonly uuid: string;
  readonly version: { readonly major: number; readonly minor: number };
  readonly opnum: number;
}

/** A UUID and a version, of 16 bits each part: what names an interface or a transfer syntax (C706, p_syntax_id_t). */
interface SyntaxId {
  readonly uuid: string;
  readonly version: { readonly major: number; readonly minor: number };
}

const ndr20: SyntaxId = { uuid: "8a885d04-1ceb-11c9-9fe8-08002b104860", version: { major: 2, minor: 0 } };
const ndr64: SyntaxId = { uuid: "71710533-beba-4937-8319-b5dbef9ccc36", version: { major: 1, minor: 0 } };

const syntaxIdSize = guidSize + 4;

/**
 * The header: 0 u8 version, 1 u8 1, 2 u16 filler, 4 transfer syntax, 24 interface, 44 u32 opnum, 48 u32 1, 52 u32 octets that follow,
 * all little-endian. No specification has it; it is what Wine's rpcrt4 writes and demands (`mes_proc_header_marshal`, ndr_es.c).
 */
const headerSize = 56;
const versionWord = 0x0101;
const filler = 0xcccc;
const transferSyntaxAt = 4;
const interfaceAt = transferSyntaxAt + syntaxIdSize;
const opnumAt = interfaceAt + syntaxIdSize;

/** What follows a serialized value is padding, as long as it is shorter than this. */
const padding = 8;

/** Serializes parameters of a procedure: those that `write` writes, in NDR20, behind a header that names the procedure. */
export function encodeProcedure<T>(
  { uuid, version, opnum }: ProcedureIdentity,
  value: T,
  write: (w: Writer, value: T) => void,
): Uint8Array {
  const writer = new Writer();
  write(writer, value);
  const octets = new Uint8Array(headerSize + writer.length);
  const view = new DataView(octets.buffer);
  view.setUint16(0, versionWord, true);
  view.setUint16(2, filler, true);
  writeSyntaxId(view, transferSyntaxAt, ndr20);
  writeSyntaxId(view, interfaceAt, { uuid, version });
  view.setUint32(opnumAt, opnum, true);
  view.setUint32(opnumAt + 4, 1, true);
  view.setUint32(opnumAt + 8, writer.length, true);
  writer.copyTo(octets, headerSize);
  return octets;
}

/**
 * What `read` makes of the parameters that somebody serialized for this procedure, in either transfer syntax. Throws NdrError for
 * those of another one, and for anything that is more or less than one.
 */
export function decodeProcedure<T>(
  { uuid, version, opnum }: ProcedureIdentity,
  octets: Uint8Array,
  read: (r: Reader) => T,
  limits?: Partial<ReaderLimits>,
): T {
  if (octets.length < headerSize) {
    throw new NdrError("short_data", `${octets.length} octets, less than the header of a procedure`, null);
  }
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  if (view.getUint16(0, true) !== versionWord) fail("no header of a serialized procedure");
  const isNdr64 = isSyntaxId(view, transferSyntaxAt, ndr64);
  if (!isNdr64 && !isSyntaxId(view, transferSyntaxAt, ndr20))
    fail("parameters in an unknown transfer syntax");
  if (!isSyntaxId(view, interfaceAt, { uuid, version })) fail("parameters of another interface");
  const found = view.getUint32(opnumAt, true);
  if (found !== opnum) fail(`parameters of procedure ${found}, not ${opnum}`);
  const length = view.getUint32(opnumAt + 8, true);
  if (length !== octets.length - headerSize) {
    fail(`parameters of ${length} octets in ${octets.length - headerSize}`);
  }
  const reader = isNdr64 ? new Reader64(limits) : new Reader(limits);
  reader.attach(Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength), headerSize, length);
  const value = read(reader);
  if (reader.remaining >= padding) fail(`${reader.remaining} octets behind the last parameter`);
  return value;
}

function writeSyntaxId(view: DataView, at: number, { uuid, version }: SyntaxId): void {
  writeGuid(new Uint8Array(view.buffer, view.byteOffset), at, uuid);
  view.setUint16(at + guidSize, version.major, true);
  view.setUint16(at + guidSize + 2, version.minor, true);
}

function isSyntaxId(view: DataView, at: number, { uuid, version }: SyntaxId): boolean {
  return (
    readGuid(new Uint8Array(view.buffer, view.byteOffset), at, true) === uuid &&
    view.getUint16(at + guidSize, true) === version.major &&
    view.getUint16(at + guidSize + 2, true) === version.minor
  );
}

function fail(what: string): never {
  throw new NdrError("bad_stub_data", what, null);
}
