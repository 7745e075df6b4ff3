import { RpcStatus, type RpcStatusName, rpcStatusFromNumber } from "../rpc-status.js";
import { LrpcMessageType } from "./message-type.js";

/**
 * Extension: a server calls its client back while it serves a call of that client. LRPC has messages of these types, whose
 * layouts are not public. Ours are datagrams with the headers below: stub data follows, except after a fault, which text
 * for people follows.
 */
export const CALLBACK_REQUEST_SIZE = 0x20;
export const CALLBACK_REPLY_SIZE = 0x10;
export const CALLBACK_FAULT_SIZE = 0x18;

/** Octets of text that a fault carries at most. */
const MAX_DETAILS = 2048;
export const MAX_CALLBACK_FAULT_SIZE = CALLBACK_FAULT_SIZE + MAX_DETAILS;

const STATUS = 0x08;
/** The server's name for the callback, in all three. */
const CALLBACK_ID = 0x0c;
/** In requests: the call that it is part of, the procedure, and the milliseconds that the server waits. */
const CALL_ID = 0x10;
const PROC_NUM = 0x14;
const TIMEOUT = 0x18;
/** In faults: octets of text. */
const DETAILS_LENGTH = 0x10;

export function writeCallbackRequest(
  view: DataView,
  start: number,
  callbackId: number,
  callId: number,
  procNum: number,
  timeout: number,
): void {
  clear(view, start, CALLBACK_REQUEST_SIZE, LrpcMessageType.CALLBACK_REQUEST);
  view.setInt32(start + CALLBACK_ID, callbackId, true);
  view.setInt32(start + CALL_ID, callId, true);
  view.setInt32(start + PROC_NUM, procNum, true);
  view.setUint32(start + TIMEOUT, timeout, true);
}

/** Reads the header of a callback's request that is long enough to have one. */
export const callbackRequestHeader = {
  callbackId: (view: DataView, start: number): number => view.getInt32(start + CALLBACK_ID, true),
  callId: (view: DataView, start: number): number => view.getInt32(start + CALL_ID, true),
  procNum: (view: DataView, start: number): number => view.getInt32(start + PROC_NUM, true),
  timeout: (view: DataView, start: number): number => view.getUint32(start + TIMEOUT, true),
};

export function writeCallbackReply(view: DataView, start: number, callbackId: number): void {
  clear(view, start, CALLBACK_REPLY_SIZE, LrpcMessageType.CALLBACK_REPLY);
  view.setInt32(start + CALLBACK_ID, callbackId, true);
}

/** Writes a fault at `start` and returns its octets. */
export function writeCallbackFault(
  buffer: Buffer,
  start: number,
  callbackId: number,
  status: RpcStatusName,
  details: string | null,
): number {
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  clear(view, start, CALLBACK_FAULT_SIZE, LrpcMessageType.CALLBACK_FAULT);
  view.setUint32(start + STATUS, RpcStatus[status], true);
  view.setInt32(start + CALLBACK_ID, callbackId, true);
  const written = buffer.write(details ?? "", start + CALLBACK_FAULT_SIZE, MAX_DETAILS, "utf8");
  view.setUint32(start + DETAILS_LENGTH, written, true);
  return CALLBACK_FAULT_SIZE + written;
}

/** Whose callback a reply or a fault answers; null if it is too short to say. */
export function callbackIdOf(view: DataView, start: number, length: number): number | null {
  return length < CALLBACK_REPLY_SIZE ? null : view.getInt32(start + CALLBACK_ID, true);
}

/** What a fault says; null if it is too short. */
export function readCallbackFault(
  buffer: Buffer,
  start: number,
  length: number,
): { readonly status: RpcStatusName; readonly details: string } | null {
  if (length < CALLBACK_FAULT_SIZE) {
    return null;
  }
  const size = Math.min(buffer.readUInt32LE(start + DETAILS_LENGTH), length - CALLBACK_FAULT_SIZE);
  const text = start + CALLBACK_FAULT_SIZE;
  return {
    status: rpcStatusFromNumber(buffer.readUInt32LE(start + STATUS)),
    details: buffer.toString("utf8", text, text + size),
  };
}

function clear(view: DataView, start: number, size: number, type: number): void {
  for (let at = start; at < start + size; at += 8) {
    view.setFloat64(at, 0);
  }
  view.setInt32(start, type, true);
}
