import { externalThreshold, type Writer } from "@ncalrpc/ndr";
import { RESPONSE_HEADER_SIZE, writeResponseHeader } from "../protocol-lrpc/response.js";
import type { SealedLender, SealedPart } from "./sealed-lender.js";

/** A worker's reply that the record of its call has no room for. */
export interface LongReply {
  /** The message, but for an array in sealed memory. */
  readonly octets: ArrayBuffer;
  /** Where in the stub data the largest byte array is, which may travel apart from the rest; null without one. */
  readonly array: { readonly offset: number; readonly length: number } | null;
  /** Where that array is if not in `octets`. */
  readonly sealed: SealedPart | null;
}

/** The reply that `writer` holds. */
export function makeLongReply(writer: Writer, callId: number, lender: SealedLender): LongReply {
  const { apart } = writer;
  const sealed = apart === null ? null : lender.partOf(apart.bytes);
  const octets = new ArrayBuffer(RESPONSE_HEADER_SIZE + writer.length - (sealed?.length ?? 0));
  writeResponseHeader(new DataView(octets), 0, 0, callId);
  const target = Buffer.from(octets);
  if (sealed === null) {
    writer.copyTo(target, RESPONSE_HEADER_SIZE);
  } else {
    writer.copyRest(target, RESPONSE_HEADER_SIZE);
  }
  const array = apart === null ? null : { offset: apart.offset, length: apart.bytes.length };
  return { octets, array, sealed };
}

/** The stub data of a long reply, in order. */
export interface StubParts {
  readonly before: Buffer;
  /** The array that may travel apart; empty without one. */
  readonly array: Uint8Array;
  readonly after: Buffer;
}

/** `sealed`: the array in sealed memory that the reply names, if it does. */
export function partsOf({ octets, array }: LongReply, sealed: Uint8Array | null): StubParts {
  const stubData = Buffer.from(octets, RESPONSE_HEADER_SIZE);
  const offset = array?.offset ?? stubData.length;
  const end = array === null || sealed !== null ? offset : offset + array.length;
  return {
    before: stubData.subarray(0, offset),
    array: sealed ?? stubData.subarray(offset, end),
    after: stubData.subarray(end),
  };
}

export function writeParts(writer: Writer, { before, array, after }: StubParts): void {
  writeCopy(writer, before);
  if (array.length > 0) {
    writer.bytes(array);
  }
  writeCopy(writer, after);
}

/** Octets that a writer copies; of arrays from the threshold on it keeps a reference, and lets the longest travel apart. */
const COPIED = externalThreshold / 2;

function writeCopy(writer: Writer, octets: Buffer): void {
  for (let at = 0; at < octets.length; at += COPIED) {
    writer.bytes(octets.subarray(at, at + COPIED));
  }
}
