import { RpcStatus, type RpcStatusName, rpcStatusFromNumber } from "../rpc-status.js";

/**
 * Extension: the chunks of pipes travel in messages of their own, beside the request and the response that they belong to,
 * as fast as the receiving program takes them. LRPC has messages for that, of which only names and numbers are public. Ours
 * are datagrams that name the call and the pipe: its position among the call's [in] pipes and then its [out] pipes.
 */
export const PipeMessageType = {
  /** Receiver to sender: so many octets more may be sent. */
  PULL: 12,
  /** Sender to receiver: whole chunks, from an alignment of 8 on, or the end. */
  DATA: 0x110,
  /** From either: no more of this pipe, and why. */
  ABORT: 0x111,
} as const;

/** Octets of stub data that may be on their way: of an [out] pipe from the start, of an [in] pipe when it is pulled. */
export const PIPE_WINDOW = 256 * 1024;
/** Pipes of one call. */
export const MAX_PIPES = 64;

export const PIPE_HEADER_SIZE = 0x18;
const MAX_DETAILS = 1024;
export const MAX_PIPE_ABORT_SIZE = PIPE_HEADER_SIZE + 8 + MAX_DETAILS;

const FLAGS = 0x08;
const CALL_ID = 0x0c;
const PIPE = 0x10;
/** In pulls the octets, in aborts the status. */
const VALUE = 0x14;

const IS_LAST = 1;

export function writePipeHeader(
  view: DataView,
  start: number,
  type: number,
  callId: number,
  pipe: number,
  value: number,
): void {
  view.setInt32(start, type, true);
  view.setInt32(start + 4, 0, true);
  view.setUint32(start + FLAGS, 0, true);
  view.setInt32(start + CALL_ID, callId, true);
  view.setUint32(start + PIPE, pipe, true);
  view.setUint32(start + VALUE, value, true);
}

/** Completes a header of data: the pipe ends with it. */
export function writePipeEnd(view: DataView, start: number): void {
  view.setUint32(start + FLAGS, IS_LAST, true);
}

/** Reads a header that is there. */
export const pipeHeader = {
  callId: (view: DataView, start: number): number => view.getInt32(start + CALL_ID, true),
  pipe: (view: DataView, start: number): number => view.getUint32(start + PIPE, true),
  isLast: (view: DataView, start: number): boolean => (view.getUint32(start + FLAGS, true) & IS_LAST) !== 0,
  octets: (view: DataView, start: number): number => view.getUint32(start + VALUE, true),
  status: (view: DataView, start: number): RpcStatusName =>
    rpcStatusFromNumber(view.getUint32(start + VALUE, true)),
};

/** Writes a whole abort at `start` and returns its octets. */
export function writePipeAbort(
  buffer: Buffer,
  start: number,
  callId: number,
  pipe: number,
  status: RpcStatusName,
  details: string | null,
): number {
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  writePipeHeader(view, start, PipeMessageType.ABORT, callId, pipe, RpcStatus[status]);
  const text = start + PIPE_HEADER_SIZE;
  return PIPE_HEADER_SIZE + buffer.write(details ?? "", text, MAX_DETAILS, "utf8");
}

/** The text of an abort. */
export function readPipeDetails(buffer: Buffer, start: number, length: number): string {
  return buffer.toString("utf8", start + PIPE_HEADER_SIZE, start + length);
}
